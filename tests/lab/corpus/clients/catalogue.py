"""All client programs by their names."""

from __future__ import annotations

from tests.lab.corpus.clients.agents import AGENTS
from tests.lab.corpus.clients.commands import COMMANDS
from tests.lab.corpus.clients.compiled import COMPILED
from tests.lab.corpus.clients.embedded import EMBEDDED
from tests.lab.corpus.clients.linked import LINKED
from tests.lab.corpus.clients.program import Program
from tests.lab.corpus.clients.relays import RELAYS
from tests.lab.corpus.clients.scripting import LIBRARIES
from tests.lab.corpus.clients.senders import SENDERS

CATALOGUE: dict[str, Program] = {
    each.name: each for each in (*LIBRARIES, *COMMANDS, *SENDERS, *AGENTS, *RELAYS, *COMPILED, *LINKED, *EMBEDDED)
}
