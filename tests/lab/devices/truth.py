"""What was really so: `truth.json` of a case.

    about, origin    what the case shows, and how it was made
    sensors          by name of the sensor its file
    devices          by key a box: name, macs, vendor, model, kind, location, serial
    sessions         each mail connection as each sensor saw it:
        sensors          which saw it with these addresses
        vlan             its VLAN ids, outermost first
        start_us         of its first SYN, microseconds since 1970
        client, client_port, server, port
        connection       the same number for the same connection seen with other addresses (NAT, two sensors)
        device           the key of the box that opened it, and of it mac, model, name, vendor, kind
        on_link          those of them that saw it in frames of the box's own card
        via              the key of the router in whose frames the others saw it, null where there are none
        nat              whether the address is not the box's own
        behalf           for a relay or a proxy the keys of the boxes whose mail it was, else empty
        helo             how the client greeted first
        attributable     whether the capture holds anything from which the box could honestly be known
        knowable         what of the box can be known at most: some of mac, name, vendor, model, kind, location, serial

What `knowable` leaves out, a reader may not know from this capture; it may know less than it names.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.lab.devices.box import Box
from tests.lab.devices.scenario import Case, Notes
from tests.lab.devices.wires import Syn, greetings, mentioned, syns
from tests.lab.versions import with_versions
from tests.wire import Frame

FORWARDING = frozenset({"router", "firewall"})
SPELT = ("name", "model", "location", "serial")
ALL = ("mac", "name", "vendor", "model", "kind", "location", "serial")

Truth = dict[str, Any]
Owners = dict[tuple[int, int], tuple[str, str]]
"""By what a connection keeps on its way, the box and the card."""


@dataclass(frozen=True)
class Played:
    """A scenario that was played: what every LAN carried, the boxes by key, and by LAN the keys of those at home."""

    notes: Notes
    recorded: Mapping[str, Sequence[Frame]]
    boxes: Mapping[str, Box]
    homes: Mapping[str, set[str]]


def truth(
    case: Case, played: Played, seen: Mapping[str, Sequence[Frame]], written: Mapping[str, Sequence[Frame]]
) -> Truth:
    """The truth of a case: `seen` is what its sensors saw, `written` what came into the files of it."""
    words = b"\n".join(each.data[: case.snaplen] for frames in written.values() for each in frames).lower()
    return {
        "about": case.about,
        "origin": origin(played.notes),
        "sensors": {name: case.file_of(name) for name in seen},
        "devices": {key: box.told() for key, box in played.boxes.items()},
        "sessions": list(sessions(case, played, seen, words)),
    }


def owners_of(played: Played) -> Owners:
    """Who opened a connection, with which card: whose its first SYN carries on a LAN where that box is at home."""
    owners: Owners = {}
    # what carries a router's card is its own where nobody else began it
    for forwards in (False, True):
        for lan, frames in played.recorded.items():
            keys = [key for key in played.homes[lan] if (played.boxes[key].kind in FORWARDING) is forwards]
            cards = {mac: key for key in keys for mac in played.boxes[key].macs}
            for syn in syns(frames):
                if syn.mac in cards:
                    owners.setdefault(syn.same, (cards[syn.mac], syn.mac))
    return owners


def sessions(case: Case, played: Played, seen: Mapping[str, Sequence[Frame]], words: bytes) -> Iterator[Truth]:
    """The rows, in order of time; one that several sensors saw alike is one row."""
    notes, owners = played.notes, owners_of(played)
    found: dict[Any, dict[str, Syn]] = {}
    for sensor, frames in seen.items():
        for syn in syns(frames):
            found.setdefault((syn.ends, syn.isn), {})[sensor] = syn
    names = {same: name for frames in seen.values() for same, name in greetings(frames).items()}
    everything = [frame for frames in played.recorded.values() for frame in frames]
    named = mentioned(everything)
    homes_of = {syn.client: owners[syn.same][0] for syn in syns(everything) if syn.mac == owners[syn.same][1]}
    numbers: dict[tuple[int, int], int] = {}
    for seers in sorted(found.values(), key=lambda each: min(syn.time_us for syn in each.values())):
        syn = next(iter(seers.values()))
        key, mac = owners[syn.same]
        name = names.get(syn.same)
        hidden = bool(case.hidden & {key, f"{key} as {name}"})
        box = played.boxes[key]
        on_link = [sensor for sensor, each in seers.items() if each.mac == mac]
        beyond = [sensor for sensor in seers if sensor not in on_link]
        yield {
            "sensors": list(seers),
            "on_link": on_link,
            "vlan": list(syn.vlan),
            "start_us": syn.time_us,
            "client": syn.client,
            "client_port": syn.client_port,
            "server": syn.server,
            "port": syn.port,
            "connection": numbers.setdefault(syn.same, len(numbers) + 1),
            "device": key,
            "mac": mac,
            **{field: box.told()[field] for field in ("model", "name", "vendor", "kind")},
            "via": notes.via.get(beyond[0]) if beyond else None,
            "nat": not on_link and bool(set(beyond) & notes.nat),
            "behalf": behalf(notes.proxied.get(key, ()), named.get(syn.same, set()), homes_of),
            "helo": name,
            "attributable": not hidden,
            "knowable": [] if hidden else knowable(case, box, words),
        }


def behalf(proxied: Sequence[str], named: set[str], homes_of: Mapping[str, str]) -> list[str]:
    """Whose mail it was: of the boxes that somebody sends for, those whose addresses it names, or all."""
    told = [key for key in proxied if key in {homes_of.get(ip) for ip in named}]
    return told or list(proxied)


def knowable(case: Case, box: Box, words: bytes) -> list[str]:
    """What can be known of a box at most: of what somebody spells out, only what stands in the files."""
    told = box.told()
    fields = [field for field in case.known.get(box.key, ALL) if field == "mac" or told[field]]
    return [field for field in fields if field not in SPELT or told[field].lower().encode() in words]


def origin(notes: Notes) -> str:
    """Which programs took part, and when."""
    today = datetime.datetime.now(datetime.UTC).date()
    return f"recorded by tests/lab/record.py on {today}: {with_versions(', '.join(notes.programs))}"
