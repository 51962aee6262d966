"""All server kinds of the corpus that can be had here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lab.corpus.book import Book
from tests.lab.corpus.endpoints import Serving
from tests.lab.corpus.hosts import MAIL_NAME
from tests.lab.corpus.servers.aio import Aio
from tests.lab.corpus.servers.exim import Exim
from tests.lab.corpus.servers.farm import Farm
from tests.lab.corpus.servers.haraka import Haraka
from tests.lab.corpus.servers.node import Node
from tests.lab.corpus.servers.postfix import Postfix
from tests.lab.corpus.servers.submission import Submission
from tests.lab.namespaces import UnavailableError
from tests.lab.servers.certificates import certificate


def company(folder: Path, people: Book, wanted: Sequence[str], tell: Callable[[str], None]) -> list[Serving]:
    """The servers, with all addresses known and nothing started; only those whose kind is wanted."""
    papers = certificate(folder, MAIL_NAME, ["*.example.org"])
    for path in papers:
        path.chmod(0o644)
    accounts = folder / "accounts.json"
    people.write(accounts)
    makers: dict[str, Callable[[], Serving]] = {
        "personas": lambda: Farm(folder / "personas", papers, accounts),
        "postfix": lambda: Postfix(folder / "postfix", papers, people),
        "exim": lambda: Exim(folder / "exim", papers, people),
        "aiosmtpd": lambda: Aio(folder / "aiosmtpd", papers, accounts),
        "submission": lambda: Submission(folder / "submission", papers, people),
        "haraka": lambda: Haraka(folder / "haraka", papers, accounts),
        "node": lambda: Node(folder / "node", papers, accounts),
    }
    made: list[Serving] = []
    for name, maker in makers.items():
        if wanted and name not in wanted:
            continue
        try:
            made.append(maker())
        except UnavailableError as error:
            tell(f"without {name}: {error}")
    return made
