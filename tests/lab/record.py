"""Record captures: `python -m tests.lab.record [CASE ...]`, all of them without a name.

Writes `captures/<case>/capture.pcap(ng)` and `expected.json`, or `truth.json` for what is of devices, then the rows
of `captures/README.md`. Needs root, and what `packages.apt` and the extra `lab` name.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.lab import clients, damage, readme, truth
from tests.lab.cases import ALL, SCENES
from tests.lab.cases.damaged import DAMAGED
from tests.lab.devices import hostile, recorder
from tests.lab.devices.scenario import Scenario
from tests.lab.devices.scenarios import CASES as SEEN
from tests.lab.namespaces import UnavailableError
from tests.lab.play import play
from tests.lab.scenery import play_scene
from tests.lab.stage import stage

CAPTURES = Path(__file__).resolve().parents[2] / "captures"
PACKAGES = Path(__file__).with_name("packages.apt")
UNAVAILABLE = "unavailable"
TOOLS = (
    "ip",
    "tcpdump",
    "dumpcap",
    "ethtool",
    "ss",
    "openssl",
    "postfix",
    "dovecot",
    "swaks",
    "msmtp",
    "curl",
    "php",
    "perl",
    "gnutls-cli",
    "dnsmasq",
    "nft",
    "editcap",
    "busybox",
    "udhcpc",
    "avahi-daemon",
    "nmbd",
    "lldpd",
    "wsdd2",
    "snmpd",
    "snmpget",
    "radvd",
    "dhclient",
    "dhcrelay",
    "mutt",
    "s-nail",
    "sendemail",
    "ruby",
    "java",
    "keepalived",
)


def missing() -> str | None:
    """Why nothing can be recorded here, or None."""
    if platform.system() != "Linux" or os.geteuid() != 0:
        return "namespaces need root on Linux"
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    return f"not installed: {', '.join(absent)} (see {PACKAGES.name})" if absent else None


def names() -> list[str]:
    """All cases, in order; what others are made from comes before them."""
    return [*ALL, *SCENES, *DAMAGED, *SEEN, *hostile.CASES]


def record(wanted: Sequence[str], target: Path) -> dict[str, str]:
    """Record these cases, make those that are made from others; the reasons of those that were not."""
    no_node = clients.fetch_nodemailer()
    skipped = [name for name in wanted if name in ALL and ALL[name].client is clients.nodemailer and no_node]
    failed = dict.fromkeys(skipped, f"{UNAVAILABLE}: {no_node}")
    single = [name for name in wanted if name in ALL and name not in failed]
    if single:
        with stage() as here:
            for number, name in enumerate(single):
                attempt(name, failed, target, partial(play, ALL[name], here, number))
    for name in wanted:
        if name in SCENES:
            attempt(name, failed, target, partial(play_scene, SCENES[name]))
    for name in wanted:
        if name in DAMAGED:
            attempt(name, failed, target, partial(damage.make, DAMAGED[name], target))
    for scenario in {SEEN[name].name: SEEN[name] for name in wanted if name in SEEN}.values():
        attempt_scenario(scenario, set(wanted), failed, target)
    for name in wanted:
        if name in hostile.CASES:
            attempt(name, failed, target, partial(hostile.make, hostile.CASES[name]), recorder.TRUTH)
    return failed


def attempt_scenario(scenario: Scenario, wanted: set[str], failed: dict[str, str], target: Path) -> None:
    """Play a scenario once, and keep those of its cases that are wanted."""
    with tempfile.TemporaryDirectory(prefix="snf-") as name:
        try:
            made = recorder.play(scenario, Path(name))
        except Exception as error:
            made, reason = {}, error
        for case in scenario.cases:
            if case.path in wanted:
                job = partial(taken, made, case.path, Path(name) / case.name, reason if not made else None)
                attempt(case.path, failed, target, job, recorder.TRUTH)


def taken(
    made: dict[str, truth.Expected], path: str, source: Path, error: Exception | None, new: Path
) -> truth.Expected:
    """A case of a scenario that was played."""
    if error:
        raise error
    for each in source.iterdir():
        shutil.move(each, new / each.name)
    return made[path]


def attempt(
    name: str,
    failed: dict[str, str],
    target: Path,
    job: Callable[[Path], truth.Expected],
    label: str = "expected.json",
) -> None:
    """Record one, say so, and go on whatever becomes of it; an old recording stays until then."""
    began = time.monotonic()
    target.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target) as new:
            keep(Path(new), target / name, job(Path(new)), label)
    except UnavailableError as error:
        failed[name] = f"{UNAVAILABLE}: {error}"
    except Exception as error:
        failed[name] = f"{type(error).__name__}: {error}"
    print(f"{name}: {failed.get(name, 'recorded')} ({time.monotonic() - began:.1f} s)", file=sys.stderr)


def keep(new: Path, folder: Path, expected: truth.Expected, label: str) -> None:
    """Write the truth beside the capture, and put both where the old ones were."""
    text = json.dumps(expected, indent=1, ensure_ascii=False)
    (new / label).write_text(text + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in new.iterdir():
        path.chmod(0o644)
        shutil.move(path, folder / path.name)


def main() -> int:
    """Read the command line, record, write the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help="topic/case, or a topic; all without")
    parser.add_argument("--to", type=Path, default=CAPTURES)
    parser.add_argument("--list", action="store_true", help="name the cases and leave")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = [name for name in names() if not options.case or {name, name.split("/")[0]} & set(options.case)]
    if options.list:
        print("\n".join(wanted))
        return 0
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    failed = record(wanted, options.to)
    readme.write(options.to)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
