"""Relays: hosts on our side that take mail and send it on, their clients and their upstream joined.

Rules of this file:
1. An address that serves SMTP and sends mail to another server is a relay, if exactly one device has it.
2. A device that hands its mail to a relay is affected through it when the relay itself logs in to Exchange Online
   with a password, or is affected through a relay in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from sniffer.model.findings import DeviceFinding, SessionFinding

Place = tuple[str, str]
"""A sensor and an address seen there."""


class Relays:
    """Follows who hands mail to the relays, and which devices these are."""

    def __init__(self, places: Iterable[Place] = ()) -> None:
        """Take the addresses that both serve and send."""
        self._places = frozenset(places)
        self._owners: dict[Place, set[str]] = {}
        self._clients: dict[str, set[Place]] = {}

    def add(self, finding: SessionFinding) -> None:
        """Take a session: a relay's own, or one to a relay."""
        if not self._places:
            return
        fact = finding.fact
        sensor = fact.observations[0].sensor
        if (sensor, fact.client_ip) in self._places:
            self._owners.setdefault((sensor, fact.client_ip), set()).add(finding.device)
        if (sensor, fact.server_ip) in self._places:
            self._clients.setdefault(finding.device, set()).add((sensor, fact.server_ip))

    def join(self, devices: Mapping[str, DeviceFinding]) -> list[DeviceFinding]:
        """Return the devices with their roles, and through whom they are affected."""
        relay_at = {place: next(iter(owners)) for place, owners in self._owners.items() if len(owners) == 1}
        upstream = {
            device: sorted(relay_at[place] for place in places if place in relay_at and relay_at[place] != device)
            for device, places in self._clients.items()
        }
        relays = frozenset(relay for relays in upstream.values() for relay in relays)
        return [
            replace(
                finding,
                role="relay" if device in relays else finding.role,
                affected_through=_through(device, upstream, devices),
            )
            for device, finding in devices.items()
        ]


def _through(device: str, upstream: Mapping[str, list[str]], devices: Mapping[str, DeviceFinding]) -> str | None:
    """Return the nearest relay behind a device that is itself affected."""
    seen, ahead = {device}, list(upstream.get(device, ()))
    while ahead:
        relay = ahead.pop(0)
        if relay in seen:
            continue
        seen.add(relay)
        if relay in devices and devices[relay].verdict == "affected":
            return relay
        ahead += upstream.get(relay, ())
    return None
