"""Mail libraries of C and C++, each in a small program of ours: one process for each wish."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.lab.clients import Command
from tests.lab.corpus.clients.builds import Build, linked
from tests.lab.corpus.clients.program import ANY, CRAM, LOGIN, NONE, NTLM, PLAIN, XOAUTH2, Program
from tests.lab.corpus.wishes import Wish

POCO = linked("poco-send", "poco_send.cpp", "-lPocoNetSSL", "-lPocoNet", "-lPocoCrypto", "-lPocoFoundation")
ETPAN = linked("etpan-send", "etpan_send.c", "-letpan")
VMIME = linked("vmime-send", "vmime_send.cpp", "-lvmime")


def sent(build: Build) -> Callable[[Wish, Path], Command]:
    """All three take the wish as arguments, and the body on their standard input."""

    def command(wish: Wish, _: Path) -> Command:
        argv = (str(build.made), wish.host, str(wish.port), wish.tls, wish.helo, wish.mechanism or "", wish.user)
        body = (wish.body or "").replace("\n", "\r\n")
        return Command((*argv, wish.secret, wish.sender, wish.subject, *wish.to), body)

    return command


LINKED = (
    Program(
        "poco-smtp",
        "OpenSSL3/poco",
        (LOGIN, PLAIN, CRAM, XOAUTH2, NTLM, NONE),
        command=sent(POCO),
        lacking=POCO.lacking,
        parallel=3,
    ),
    Program(
        "libetpan",
        "GnuTLS/libetpan",
        (LOGIN, PLAIN, CRAM, XOAUTH2, NONE),
        command=sent(ETPAN),
        lacking=ETPAN.lacking,
    ),
    Program(
        "vmime",
        "GnuTLS/vmime",
        (LOGIN, PLAIN, CRAM, XOAUTH2, ANY, NONE),
        command=sent(VMIME),
        lacking=VMIME.lacking,
    ),
)
