"""Make a corpus: `python -m tests.lab.corpus --to DIR`."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from tests.lab.corpus.generate import Order, make, missing, tell


def main() -> int:
    """Read the command line and make it."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.corpus", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, help="folder for corpus.pcap and labels.jsonl")
    parser.add_argument("--sessions", type=int, default=5200, help="about so many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", default="", help="names of client programs, separated by commas")
    parser.add_argument("--servers", default="", help="names of server kinds, separated by commas")
    parser.add_argument(
        "--scratch", type=Path, help="folder for what servers and programs write, kept; else none is kept"
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    began = time.monotonic()
    clients, servers = (tuple(filter(None, text.split(","))) for text in (options.clients, options.servers))
    counted = make(Order(options.to, options.sessions, options.seed, clients, servers, options.scratch))
    for name, count in sorted(counted.items()):
        tell(f"{count:5d} {name}")
    tell(f"{counted.total()} labelled sessions in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
