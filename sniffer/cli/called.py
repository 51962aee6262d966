"""What a person may call a device: id, address, card, any name that it has anywhere, serial number, mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from sniffer.model.findings import DeviceFinding

CALLED = frozenset(("name", "serial", "asset", "comment"))
"""Fields of evidence by which a person may call a device, beside its names."""


def is_called(device: DeviceFinding, word: str) -> bool:
    """Say whether a person may mean this device by a word."""
    told = canonical(word)
    return bool(told) and (told in map(str.casefold, _callings(device)) or digits(told) in map(digits, _cards(device)))


def _callings(device: DeviceFinding) -> Iterator[str]:
    """Give its id, addresses, names with and without a domain, serial numbers, mailboxes."""
    yield device.device
    yield from (each.ip for each in device.addresses)
    names = [
        device.name or "",
        *(each.value for each in device.evidence if each.kind == "name" or each.field in CALLED),
    ]
    yield from names
    yield from (name.rstrip(".").partition(".")[0] for name in names if "." in name and not is_address(name))
    yield device.serial or ""
    yield from (user for service in device.services for user in service.users)


def _cards(device: DeviceFinding) -> Iterator[str]:
    yield from (each.mac for each in device.interfaces)
    yield from (each.value for each in device.evidence if each.field == "mac")


def is_address(word: str) -> bool:
    """Say whether a word is an IP address."""
    return _address(word) is not None


def canonical(word: str) -> str:
    """Return a word as it is compared: an address as captures show it (RFC 5952), anything else in small letters."""
    return _address(word) or word.strip().casefold()


def _address(word: str) -> str | None:
    try:
        return str(ip_address(word.strip().strip("[]")))
    except ValueError:
        return None


def digits(mac: str) -> str:
    """Return a MAC without its separators: 00:26:73:…, 00-26-73-…, 0026.73…."""
    return mac.translate(str.maketrans("", "", ":-.")).lower()
