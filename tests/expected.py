"""Comparing what the program reports with what a capture's expected.json says.

What a label does not say is not compared.  Sessions always say who, how and with what outcome; they may say
`service`, `name_basis`, `public_ip`, `tls`, and which `findings` and `anomalies` must or must not be there.
Devices may say `state`, `role`, `affected_through` (an address), `senders_at_least` and `services` (verdicts).

Of a session with `hidden`, what went on inside TLS, the program must tell that truth or nothing (null, `unknown`),
field by field; attempts in clear stand beside it as ever.  What `demanded` names must be found, of
`attempts` their number and outcomes.  So it is with a device
that has `demanded`: its verdicts are the true ones or `unknown`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

Key = tuple[str, int, str, int]

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
TOP = ("family", "mechanism", "outcome", "user", "unjudged")
EACH = ("mechanism", "outcome", "user")
OF_SERVER = ("service", "name_basis")
INSIDE = ("family", "mechanism", "outcome", "user", "likely_refusal", "offered_tls")
OF_DEVICE = ("name", "state", "role", "senders_at_least", "scope")
OPEN = (None, "unknown")
"""What is told where nothing is known."""


def cases(captures: Path = CAPTURES) -> list[Path]:
    """The folders that hold a capture and what must come out of it."""
    return sorted(path.parent for path in captures.glob("*/*/expected.json"))


def capture_of(case: Path) -> Path:
    """The capture of a case, whatever its format."""
    return next(path for path in sorted(case.glob("capture.pcap*")))


def expected_of(case: Path) -> dict[str, Any]:
    """What must come out of a case."""
    told: dict[str, Any] = json.loads((case / "expected.json").read_text())
    return told


def compare(sessions: Sequence[Mapping[str, Any]], expected: Mapping[str, Any]) -> list[str]:
    """All differences between reported and expected sessions, one line each; empty is good."""
    reported = {key_of(each): each for each in sessions}
    wanted = {
        (each["client"], each["client_port"], each["server"], each["port"]): each for each in expected["sessions"]
    }
    found = [f"{shown(key)}: not reported" for key in wanted if key not in reported]
    found += [f"{shown(key)}: reported, though nobody served it" for key in reported if key not in wanted]
    if len(reported) != len(sessions):
        found.append(f"{len(sessions)} sessions on {len(reported)} connections")
    for key in wanted.keys() & reported.keys():
        found += [f"{shown(key)}: {line}" for line in differences(reported[key], wanted[key])]
    return sorted(found)


def compare_devices(devices: Sequence[Mapping[str, Any]], expected: Mapping[str, Any]) -> list[str]:
    """All differences between reported and expected devices, one line each."""
    reported = {address["ip"]: each for each in devices for address in each["addresses"]}
    addresses = {each["device"]: {address["ip"] for address in each["addresses"]} for each in devices}
    found = []
    for wanted in expected["devices"]:
        device = reported.get(wanted["ip"])
        lines = device_differences(device, wanted, addresses) if device else ["no such device"]
        found += [f"{wanted['ip']}: {line}" for line in lines]
    return found


def device_differences(
    device: Mapping[str, Any], wanted: Mapping[str, Any], addresses: Mapping[str, set[str]]
) -> list[str]:
    """In what a device differs from its expectation; ``addresses`` are those of each device."""
    found = [
        f"{field} is {device[field]!r}, not {wanted[field]!r}"
        for field in OF_DEVICE
        if field in wanted and wanted[field] != device[field]
    ]
    demanded = set(wanted.get("demanded", ("verdict", "services")))
    verdicts = {"verdict": device["verdict"]} if "verdict" in wanted else {}
    found += untrue(verdicts, wanted, demanded)
    macs = {interface["mac"] for interface in device["interfaces"]}
    if wanted.get("mac") and wanted["mac"] not in macs:
        found.append(f"MAC {wanted['mac']} is not among {sorted(macs)}")
    if "services" in wanted:
        verdicts = {each["service"]: each["verdict"] for each in device["services"]}
        must = set(wanted["services"]) if "services" in demanded else set()
        found += untrue({**dict.fromkeys(wanted["services"]), **verdicts}, wanted["services"], must)
    if "affected_through" in wanted:
        relay = device["affected_through"]
        through = addresses.get(relay, {relay}) if relay else {None}
        if wanted["affected_through"] not in through:
            found.append(f"affected through {through}, not {wanted['affected_through']!r}")
    return found


def differences(session: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """In what a session differs from its expectation."""
    auth = session["auth"]
    attempts = [{field: each[field] for field in EACH} for each in auth["attempts"]]
    pairs = [("starttls", session["starttls"], wanted["starttls"])]
    pairs += [(field, session["server"][field], wanted[field]) for field in OF_SERVER if field in wanted]
    pairs += [("public_ip", session["public_ip"], wanted["public_ip"])] if "public_ip" in wanted else []
    if "hidden" in wanted:
        clear = len(wanted["attempts"])
        pairs.append(("attempts in clear", attempts[:clear], wanted["attempts"]))
        inside = hidden_differences(auth, attempts[clear:], wanted)
    else:
        pairs += [(field, auth[field], wanted[field]) for field in TOP]
        pairs.append(("attempts", attempts, wanted["attempts"]))
        inside = []
    found = [f"{field} is {got!r}, not {want!r}" for field, got, want in pairs if got != want] + inside
    return found + unlike("tls", handshake(session), wanted.get("tls", {})) + code_differences(session, wanted)


def hidden_differences(
    auth: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]
) -> list[str]:
    """In what a session differs from what went on inside TLS; `attempts` are those reported behind the clear ones."""
    hidden, demanded = wanted["hidden"], set(wanted.get("demanded", ()))
    found = untrue({field: auth[field] for field in INSIDE}, hidden, demanded)
    if "unjudged" in demanded and auth["unjudged"] != hidden["unjudged"]:
        found.append(f"unjudged is {auth['unjudged']!r}, not {hidden['unjudged']!r}")
    if auth["family"] != "unknown" and auth["basis"] == "clear" and not wanted["attempts"]:
        found.append("basis is 'clear'")
    made = hidden["attempts"]
    if len(attempts) > len(made) or ("attempts" in demanded and len(attempts) < len(made)):
        return [*found, f"{len(attempts)} attempts inside TLS, not {len(made)}"]
    pairs = (
        zip(attempts, made, strict=True) if len(attempts) == len(made) else zip(attempts[-1:], made[-1:], strict=False)
    )
    must = {"outcome"} if "attempts" in demanded else set()
    for each, true in pairs:
        found += [f"attempt: {line}" for line in untrue(each, true, must)]
    return found


def untrue(got: Mapping[str, Any], true: Mapping[str, Any], demanded: Collection[str]) -> list[str]:
    """Fields that differ from the truth, but for those that are open and not demanded."""
    return [
        f"{field} is {got[field]!r}, not {true[field]!r}"
        for field in got
        if field in true and got[field] != true[field] and (got[field] not in OPEN or field in demanded)
    ]


def unlike(name: str, got: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """In what a table differs from those of its values that are expected."""
    return [
        f"{name}.{field} is {got.get(field)!r}, not {value!r}"
        for field, value in wanted.items()
        if got.get(field) != value
    ]


def handshake(session: Mapping[str, Any]) -> dict[str, Any]:
    """What is reported of TLS, the names of the certificate beside."""
    tls = session.get("tls") or {}
    return {**tls, "certificate_names": (tls.get("certificate") or {}).get("names")}


def code_differences(session: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Findings and anomalies that are missing, and those that must not be there."""
    found = []
    for kind in ("findings", "anomalies"):
        codes = {each["code"] for each in session.get(kind, ())}
        found += [f"{kind} lack {code}" for code in wanted.get(kind, ()) if code not in codes]
        found += [f"{kind} hold {code}" for code in wanted.get(f"not_{kind}", ()) if code in codes]
    return found


def key_of(session: Mapping[str, Any]) -> Key:
    """The connection of a reported session."""
    client, server = session["client"], session["server"]
    return client["ip"], client["port"], server["ip"], server["port"]


def shown(key: Key) -> str:
    """A connection for a person."""
    return f"{key[0]}:{key[1]} to {key[2]}:{key[3]}"
