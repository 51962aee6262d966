"""A program that stores runs until it is killed: one a call of ``main``, its key told before and after.

python -m tests.inventory.store.killed FILE FIRST MANY
"""

from __future__ import annotations

import sys

from sniffer.inventory.store import Store
from tests.inference.facts import attempt, fact, judge
from tests.inventory.store.stored import end, start

SESSIONS = 40
"""Of each run."""


def main(url: str, first: int, many: int) -> None:
    """Store runs, each of ``SESSIONS`` sessions of ten devices, and say which are done."""
    runs = []
    for number in range(first, first + many):
        facts = [
            fact(
                attempt(), day=number + place / SESSIONS, client=f"10.0.3.{place % 10}",
                mac=f"00:26:73:a1:b2:{place % 10:02x}", helo=None, session=f"s-{number:08x}{place:08x}",
            )
            for place in range(SESSIONS)
        ]  # fmt: skip
        runs.append((number, judge(facts)))
    with Store.open(url) as store:
        print("ready", flush=True)
        for number, found in runs:
            run = store.begin(start(key=f"run-{number}"))
            store.commit(run, found.sessions, found.devices, end(number))
            print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
