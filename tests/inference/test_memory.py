"""What is remembered of dialogues does not grow with the servers that were met."""

from __future__ import annotations

import gc
import weakref

import pytest
from msgspec.structs import replace

from sniffer.inference.hidden import Ear
from sniffer.inference.lengths import Lengths
from sniffer.inference.replies import Learnt, ReplyTables
from sniffer.model import limits
from tests.inference.dialogues import session

SERVERS = 40
MOST = 4


def test_dialogues_of_many_servers_keep_few_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SERVER_TABLES", MOST)
    made: weakref.WeakSet[Lengths] = weakref.WeakSet()
    table_of = ReplyTables.of

    def spy(self: ReplyTables, banner: str | None, learnt: Learnt) -> Lengths:
        found = table_of(self, banner, learnt)
        made.add(found)
        return found

    ear = Ear()
    monkeypatch.setattr(ReplyTables, "of", spy)
    fact = session("12>18, 34>18, 54>37, 6>15")
    servers = [(f"192.0.2.{number}", fact.server_port) for number in range(SERVERS)]
    ear._learnt = {server: Learnt((("accepted", 30 + place, 3),)) for place, server in enumerate(servers)}
    for address, _ in servers:
        assert ear.hear(replace(fact, server_ip=address))
    gc.collect()
    assert len(made) <= 2 * MOST
