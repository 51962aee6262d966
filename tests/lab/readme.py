"""The table in `captures/README.md`, made from the expected.json files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HEAD = """\
# Labelled captures

Each folder holds a capture and `expected.json`: what it tests, where it comes from, and what must
come out of it. All names, secrets and mail addresses are made up; the public-looking IP addresses
lived in a network namespace. Truth is what the servers' own logs say, not what a client was asked to
do; of TLS it is what OpenSSL in the server told of its handshakes. What a label leaves out is not judged.

What went on inside TLS stands under `hidden`. Of it a reader of the capture may tell the truth or nothing: another
family, mechanism, outcome or cause is wrong. `demanded` names what must be found nevertheless; where it names nothing,
the truth below stands in brackets. A session that ended behind its EHLO inside TLS is unknown, `no-auth-seen`. A
device's `verdict` is the true one; with `demanded` beside it, it may be `unknown` unless it is named there.

Some captures are made from others by `tests/lab/damage.py`: packets are lost, late or in another order. Their labels
are those of the capture they were made from.

`sudo python -m tests.lab.record [TOPIC | TOPIC/CASE ...]` records all or some again and writes this
page; it needs the Debian packages of `tests/lab/packages.apt` and the extra `lab`.

| case | what it tests | sessions | truth | origin |
| --- | --- | --- | --- | --- |
"""
DEVICES = """
## Which box is it

The folders below hold one capture for each sensor and `truth.json`: the boxes, and who opened each mail connection.
The format stands in `tests/lab/devices/truth.py`, the scenarios in `tests/lab/devices/scenarios/`. A reader may name
the true box, or none; `attributable` says whether the capture holds anything from which the box could honestly be
known, `knowable` what of it. `hostile-*` are made of frames (`tests/lab/devices/hostile.py`), the others are recorded
from real daemons; the VLAN tags of `s06-*` and the damage of `s13-*` were put in afterwards. Namespaces share one
kernel: what a TCP stack gives away is the same for all boxes.

| case | what it tests | sensors | boxes | sessions | attributable | origin |
| --- | --- | --- | --- | --- | --- | --- |
"""


def write(captures: Path) -> None:
    """Write the README of a folder of captures."""
    rows = [row(path, captures) for path in sorted(captures.glob("*/*/expected.json"))]
    of_devices = [device_row(path, captures) for path in sorted(captures.glob("*/*/truth.json"))]
    (captures / "README.md").write_text(HEAD + "".join(rows) + (DEVICES + "".join(of_devices) if of_devices else ""))


def device_row(path: Path, captures: Path) -> str:
    """One row of the table of devices."""
    told = json.loads(path.read_text())
    case, sessions = path.parent.relative_to(captures), told["sessions"]
    cells = (
        f"[{case}]({case})",
        told["about"],
        ", ".join(told["sensors"]),
        str(len({each["device"] for each in sessions})),
        str(len(sessions)),
        str(sum(each["attributable"] for each in sessions)),
        told["origin"],
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def row(path: Path, captures: Path) -> str:
    """One row of the table."""
    told = json.loads(path.read_text())
    case = path.parent.relative_to(captures)
    cells = (
        f"[{case}]({case})",
        told["about"],
        str(len(told["sessions"])),
        truths(told),
        told.get("origin", ""),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def truths(told: dict[str, Any]) -> str:
    """The sessions in short: what became of TLS, mechanism and outcome, or why not."""
    return ", ".join(dict.fromkeys(map(truth_of, told["sessions"])))


def truth_of(session: dict[str, Any]) -> str:
    """One session in short."""
    tls = session.get("tls") or {}
    if session["starttls"] == "failed":
        return f"TLS failed ({tls.get('alert') or 'no alert'})"
    version = f" {tls['version']}" if tls.get("version") else ""
    if "hidden" in session:
        told = f"{outcome_of(session['hidden'])} inside TLS{version}{' resumed' if tls.get('resumed') else ''}"
        return told if session["demanded"] else f"({told})"
    told = outcome_of(session)
    inside = session["mechanism"] and session["starttls"] in ("established", "implicit") and version
    return f"{told} inside TLS{version}" if inside else told


def outcome_of(told: dict[str, Any]) -> str:
    """Mechanism, outcome and cause, or why there are none."""
    cause = told.get("likely_refusal")
    words = (told["mechanism"] or told["unjudged"] or told["family"], told["outcome"], cause and f"({cause})")
    return " ".join(word for word in words if word)
