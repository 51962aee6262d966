"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from tests.bench.run import DISCOVERY, PROGRAMS, Figures, Plan, run
from tests.bench.table import report

FILES = ("mixed", "mixed-vlan", "mixed-small", "smtp", "tls")
STARTUP = "startup"


def main() -> None:
    """Generate or run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Benchmark whole processes.")
    verbs = parser.add_subparsers(required=True)
    _generate_options(verbs.add_parser("generate", help="write the captures into a folder"))
    _run_options(verbs.add_parser("run", help="measure sniffer, tcpdump and tshark on them"))
    _live_options(verbs.add_parser("live", help="replay them over a wire, and listen beside tcpdump (root)"))
    arguments = parser.parse_args()
    arguments.act(arguments)


def _generate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is full size, 0.001 a toy")
    parser.add_argument("--only", nargs="+", choices=(*FILES, *DISCOVERY), default=(*FILES, *DISCOVERY))
    parser.set_defaults(act=_generate)


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=(*FILES, *DISCOVERY, STARTUP), default=(*FILES, STARTUP))
    parser.add_argument("--tshark-runs", type=int, default=1, help="it takes most of a minute a file")
    parser.add_argument("--skip-tshark", action="store_true")
    parser.add_argument("--skip-sniffer", action="store_true", help="only the yardsticks")
    parser.add_argument("--json", type=Path, help="also write every single run here")
    parser.set_defaults(act=_run)


def _live_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", nargs="+", choices=(*FILES, *DISCOVERY), default=("mixed", "smtp", "tls"))
    parser.add_argument("--pps", type=int, help="packets a second; as fast as it goes without")
    parser.add_argument("--mbps", type=float, help="megabits a second")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--highest", action="store_true", help="find the highest rate at which tcpdump drops nothing")
    parser.add_argument("--idle", type=float, metavar="SECONDS", help="listen to silence")
    parser.add_argument("--soak", type=float, metavar="SECONDS", help="replay the first capture again and again")
    parser.set_defaults(act=_live)


def _live(arguments: argparse.Namespace) -> None:
    from tests.bench import live  # noqa: PLC0415 - for Linux alone

    paths = [arguments.directory / f"{name}.pcap" for name in arguments.only]
    pace: tuple[str, ...] = (f"--pps={arguments.pps}",) if arguments.pps else ("--topspeed",)
    pace = (f"--mbps={arguments.mbps}",) if arguments.mbps else pace
    if arguments.idle:
        print(live.idle(arguments.idle, arguments.processes))
    elif arguments.soak:
        for line in live.soak(paths[0], pace, arguments.soak, arguments.processes):
            print(line, flush=True)
    else:
        for path in paths:
            once = not arguments.highest
            found = [live.replay(path, pace, arguments.processes)] if once else live.highest(path, arguments.processes)
            for each in found:
                print(each, flush=True)


def _generate(arguments: argparse.Namespace) -> None:
    # numpy would count in the memory of the programs that `run` measures
    from tests.bench import discovery  # noqa: PLC0415
    from tests.bench.generate import generate  # noqa: PLC0415

    for name in arguments.only:
        begun = time.perf_counter()
        if name in discovery.CAPTURES:
            discovery.generate(arguments.directory, name, arguments.scale)
        else:
            generate(arguments.directory, [name], arguments.scale)
        size = (arguments.directory / f"{name}.pcap").stat().st_size
        print(f"{name}.pcap: {size / 1e6:.0f} MB in {time.perf_counter() - begun:.1f} s")


def _run(arguments: argparse.Namespace) -> None:
    skipped = {"tshark": arguments.skip_tshark, "sniffer": arguments.skip_sniffer, "without": arguments.skip_sniffer}
    programs = tuple(program for program in PROGRAMS if not skipped.get(program))
    plan = Plan(arguments.runs, arguments.tshark_runs, programs)
    names = [name for name in arguments.only if name != STARTUP]
    files = [arguments.directory / f"{name}.pcap" for name in names]
    figures = run(files, plan, startup=STARTUP in arguments.only)
    print(report(figures, {path.stem: _discovered(path) for path in files if path.stem in DISCOVERY}))
    if arguments.json:
        arguments.json.write_text(json.dumps(_every_run(figures), indent=1) + "\n")


def _discovered(path: Path) -> int:
    """How many messages of discovery a capture holds, by its truth."""
    return int(json.loads(path.with_suffix(".truth.json").read_text())["discovery"])


def _every_run(figures: Figures) -> list[dict[str, object]]:
    return [
        {"file": name, "program": program} | asdict(measured)
        for (name, program), runs in figures.items()
        for measured in runs
    ]


if __name__ == "__main__":
    main()
