"""Relays: hosts on our side that take mail and send it on, their clients and their upstream joined.

Rules of this file:
1. An address that serves SMTP and sends mail to another server is a relay, if exactly one device has it.
2. A device that hands its mail to a relay, or may do so inside TLS, is affected through it when the relay itself logs
   in to Exchange Online with a password, or is affected through a relay in turn.
3. Where it is not known how the relay logs in there, that is a finding of its clients: what they are spared is open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from sniffer.model.events import Anomaly
from sniffer.model.findings import DeviceFinding, SessionFinding

Place = tuple[str, str]
"""A sensor and an address seen there."""


class Relays:
    """Follows who hands mail to the relays, and which devices these are."""

    def __init__(self, places: Iterable[Place] = (), affected: Collection[str] = ()) -> None:
        """Take the addresses that both serve and send, and the services that the date concerns."""
        self._places = frozenset(places)
        self._affected = affected
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
        if (sensor, fact.server_ip) in self._places and _hands_over(finding):
            self._clients.setdefault(finding.device, set()).add((sensor, fact.server_ip))

    def join(self, devices: Mapping[str, DeviceFinding]) -> list[DeviceFinding]:
        """Return the devices with their roles, and through whom they are affected."""
        relay_at = {place: next(iter(owners)) for place, owners in self._owners.items() if len(owners) == 1}
        upstream = {
            device: sorted(relay_at[place] for place in places if place in relay_at and relay_at[place] != device)
            for device, places in self._clients.items()
        }
        relays = frozenset(relay for relays in upstream.values() for relay in relays)
        joined = []
        for device, finding in devices.items():
            behind = [devices[relay] for relay in _behind(device, upstream) if relay in devices]
            through = next((relay.device for relay in behind if relay.verdict == "affected"), None)
            hidden = next((relay.device for relay in behind if self._hides(relay)), None)
            findings = finding.findings if through or not hidden else (*finding.findings, _undecided(hidden))
            role = "relay" if device in relays else finding.role
            joined.append(replace(finding, role=role, affected_through=through, findings=findings))
        return joined

    def _hides(self, relay: DeviceFinding) -> bool:
        """Say whether it is not known how a relay logs in where the date matters."""
        return any(each.verdict == "unknown" and each.service in self._affected for each in relay.services)


def _hands_over(finding: SessionFinding) -> bool:
    """Say whether a session leaves mail with its server, or may: not who is refused, or only says hello."""
    auth = finding.auth
    if auth.outcome is not None:
        return auth.outcome != "failure"
    if auth.unjudged:
        return finding.fact.speech.encrypted and auth.unjudged != "no-auth-seen"
    return auth.family == "none" and auth.mail_accepted is not False


def _behind(device: str, upstream: Mapping[str, list[str]]) -> list[str]:
    """Return all relays that a device's mail may pass, the nearest first."""
    found: dict[str, None] = {}
    ahead = list(upstream.get(device, ()))
    while ahead:
        relay = ahead.pop(0)
        if relay not in found and relay != device:
            found[relay] = None
            ahead += upstream.get(relay, ())
    return list(found)


def _undecided(relay: str) -> Anomaly:
    text = f"it mails through the relay {relay}, of which it is not known how it logs in to Exchange Online"
    return Anomaly("relay-undecided", text)
