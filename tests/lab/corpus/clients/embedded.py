"""Devices: a dialogue of our own making, in the manner of embedded mail clients, over real TLS libraries.

The TLS is that of the library. What is said, and into how many records it goes, is drawn for each session from habits
that printers, cameras and the like were seen to have. Those named `ADV-` do on purpose what misleads a reader.
"""

from __future__ import annotations

import random
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.lab.clients import Command
from tests.lab.corpus.clients.builds import device, either
from tests.lab.corpus.clients.fetched import OPENSSL_102, OPENSSL_111
from tests.lab.corpus.clients.fetched import TLSLITE as TLSLITE_NG
from tests.lab.corpus.clients.program import (
    LOGIN,
    LOGIN_EARLY,
    NONE,
    PLAIN,
    PLAIN_LATE,
    PROGRAMS,
    PYTHON_PACKAGES,
    XOAUTH2,
    XOAUTH2_LATE,
    Form,
    Program,
)
from tests.lab.corpus.hosts import name_of
from tests.lab.corpus.wishes import Wish

SYSTEM_OPENSSL = "libssl.so.3"
OF_111 = {"LIBSSL": str(OPENSSL_111.made), "LD_LIBRARY_PATH": str(OPENSSL_111.made.parent)}
OF_102 = {"LIBSSL": str(OPENSSL_102.made), "LD_LIBRARY_PATH": str(OPENSSL_102.made.parent)}


@dataclass(frozen=True)
class Habits:
    """How a device talks.

    `body` is what goes into one record: a line, everything, or chunks of so many bytes; `after` what follows a
    refusal: quit, close, mail.
    """

    lower: bool = False
    blank: bool = False
    size: bool = False
    eightbit: bool = False
    reset: bool = False
    noop: bool = False
    second_ehlo: bool = True
    other_name: bool = False
    body: str = "line"
    after: str = "quit"
    goodbye: bool = True
    pipeline: bool = False
    chunking: bool = False
    odd: bool = False


def habits(dice: random.Random) -> Habits:
    """Habits as devices have them."""

    def often(share: float) -> bool:
        return dice.random() < share

    return Habits(
        lower=often(0.15),
        blank=often(0.2),
        size=often(0.25),
        eightbit=often(0.1),
        reset=often(0.12),
        noop=often(0.05),
        body=dice.choice(("line", "line", "all", "512", "1024", "1460", "4096")),
        after=dice.choice(("quit", "quit", "close", "mail")),
        goodbye=often(0.85),
        pipeline=often(0.06),
    )


def steps(wish: Wish, own: Habits) -> Iterator[str]:
    """The steps of a session, as `device.c` and `device.py` take them."""
    verb = str.lower if own.lower else str.upper
    if wish.tls == "implicit":
        yield from ("T", "w", f"S {verb('EHLO')} {wish.helo}")
    else:
        yield from ("w", f"S {verb('EHLO')} {wish.helo}", f"S {verb('STARTTLS')}", "T")
        if own.second_ehlo:
            yield f"S {verb('EHLO')} {'mail.' * own.other_name}{wish.helo.strip('[]') if own.other_name else wish.helo}"
    if own.odd:
        yield from ("S NOOP", "s HELP", "X", "w", "X")
    yield from authentication(wish, verb)
    if own.after == "mail":
        yield "X"
    if wish.body is not None:
        yield from mail(wish, own, verb)
    if own.after != "close":
        yield "X"
    if own.goodbye:
        yield f"S {verb('QUIT')}"


def authentication(wish: Wish, verb: Callable[[str], str]) -> list[str]:
    """AUTH in one line or in several."""
    user, secret = (b64encode(text.encode()).decode() for text in (wish.user, wish.secret))
    whole = {"PLAIN": f"\0{wish.user}\0{wish.secret}", "XOAUTH2": f"user={wish.user}\1auth=Bearer {wish.secret}\1\1"}
    if wish.mechanism == "LOGIN":
        first = [f"S {verb('AUTH')} LOGIN {user}"] if wish.initial else [f"S {verb('AUTH')} LOGIN", f"S {user}"]
        return [*first, f"S {secret}"]
    if wish.mechanism is None:
        return []
    answer = b64encode(whole[wish.mechanism].encode()).decode()
    if wish.initial:
        return [f"S {verb('AUTH')} {wish.mechanism} {answer}"]
    return [f"S {verb('AUTH')} {wish.mechanism}", f"S {answer}"]


def mail(wish: Wish, own: Habits, verb: Callable[[str], str]) -> Iterator[str]:
    """A mail, with the parameters and records of these habits."""
    assert wish.body is not None
    head = [f"From: <{wish.sender}>", f"To: <{wish.to[0]}>", f"Subject: {wish.subject}", "MIME-Version: 1.0", ""]
    lines = [*head, *wish.body.splitlines()]
    if own.reset:
        yield f"S {verb('RSET')}"
    if own.noop:
        yield f"S {verb('NOOP')}"
    blank = " " * own.blank
    more = f" SIZE={sum(map(len, lines))}" * own.size + " BODY=8BITMIME" * own.eightbit
    envelope = [f"{verb('MAIL')} {verb('FROM')}:{blank}<{wish.sender}>{more}"]
    envelope += [f"{verb('RCPT')} {verb('TO')}:{blank}<{each}>" for each in wish.to]
    if own.pipeline and not own.chunking:
        yield "b " + "\\n".join([*envelope, verb("DATA"), ""])
        yield from ["w"] * (len(envelope) + 1)
    else:
        yield from (f"S {line}" for line in envelope)
        if not own.chunking:
            yield f"S {verb('DATA')}"
    if own.chunking:
        text = "\\n".join([*lines, ""])
        yield from (f"b BDAT {len(text.replace(chr(92) + 'n', '  '))} LAST\\n{text}", "w")
        return
    yield from body(lines, own)
    yield "S ."


def body(lines: list[str], own: Habits) -> Iterator[str]:
    """The text, a line to a record or as many bytes as the habit says."""
    if own.body == "line":
        yield from (f"s {line}" for line in lines)
        return
    room = 16000 if own.body == "all" else int(own.body)
    chunk: list[str] = []
    for line in lines:
        if chunk and sum(map(len, chunk)) + 2 * len(chunk) + len(line) > room:
            yield "b " + "\\n".join([*chunk, ""])
            chunk = []
        chunk.append(line)
    yield "b " + "\\n".join([*chunk, ""])


def played(argv: tuple[str, ...], change: Callable[[Habits], Habits], *more: str) -> Callable[[Wish, Path], Command]:
    """A device whose habits are drawn from the wish and then changed."""

    def command(wish: Wish, _: Path) -> Command:
        own = change(habits(random.Random(wish.line())))
        said = "\n".join(steps(wish, own)) + "\n"
        return Command((*argv, wish.host, str(wish.port), name_of(wish.host), *more), said)

    return command


def plainly(own: Habits) -> Habits:
    """No change."""
    return own


FORMS = (LOGIN, LOGIN_EARLY, PLAIN, PLAIN_LATE, Form("XOAUTH2", True, 0.5), Form("XOAUTH2", False, 0.5), NONE)
TOKEN_FORMS = (LOGIN, PLAIN, XOAUTH2, XOAUTH2_LATE, NONE)
MBEDTLS = device("mbedtls", "USE_MBEDTLS", "-lmbedtls", "-lmbedx509", "-lmbedcrypto")
WOLFSSL = device("wolfssl", "USE_WOLFSSL", "-lwolfssl")
GNUTLS = device("gnutls", "USE_GNUTLS", "-lgnutls")
BEARSSL = device("bearssl", "USE_BEARSSL", "-lbearssl")
OPENSSL = device("openssl", "USE_OPENSSL", "-ldl")
OLD = ("12", "cc", "cbc", "mte", "10", "ccm")
TLSLITE = (sys.executable, str(PROGRAMS / "device.py"))
LITE = {"PYTHONPATH": str(PYTHON_PACKAGES)}


def compiled(name: str, stack: str, build: object, tls: tuple[str, ...], **more: object) -> Program:
    """A device in C."""
    made = str(build.made)  # type: ignore[attr-defined]
    change = more.pop("change", plainly)
    lacking = either(build.lacking, *more.pop("also", ()))  # type: ignore[attr-defined, misc]
    command = played((made,), change, *more.pop("flags", ()))  # type: ignore[arg-type, misc]
    fields = {"forms": FORMS, "parallel": 4, "quits": True, **more}
    return Program(name, stack, command=command, tls=tls, lacking=lacking, **fields)  # type: ignore[arg-type]


def lite(name: str, stack: str, padding: str, **more: object) -> Program:
    """A device over tlslite-ng, whose padding in TLS 1.3 can be chosen."""
    fields = {"forms": TOKEN_FORMS, "parallel": 3, "tls": ("13", "12", "cc", "cbc", "mte", "10"), **more}
    command = played(TLSLITE, plainly, padding)
    return Program(name, stack, command=command, lacking=TLSLITE_NG.lacking, env=LITE, **fields)  # type: ignore[arg-type]


EMBEDDED = (
    compiled("embed-openssl3", "OpenSSL3", OPENSSL, ("13", "12", "cc", "cbc", "mte", "10", "ccm"),
             env={"LIBSSL": SYSTEM_OPENSSL}),
    compiled("embed-openssl111", "OpenSSL1.1.1", OPENSSL, ("13", "12", "cc", "cbc", "mte", "10", "ccm"),
             env=OF_111, also=(OPENSSL_111.lacking,)),
    compiled("embed-openssl102", "OpenSSL1.0.2", OPENSSL, ("12", "cbc", "mte", "10"),
             env=OF_102, also=(OPENSSL_102.lacking,)),
    compiled("embed-mbedtls", "mbedTLS2.28", MBEDTLS, OLD),
    compiled("embed-wolfssl", "wolfSSL5.5", WOLFSSL, ("13", "12", "cc", "cbc", "mte"), weight=0.8),
    compiled("embed-gnutls", "GnuTLS", GNUTLS, ("13", "12", "cc", "cbc", "mte", "10", "ccm"), weight=0.8),
    compiled("embed-bearssl", "BearSSL0.6", BEARSSL, OLD, weight=0.8),
    lite("tlslite", "tlslite-ng", "none", weight=0.8),
    lite("tlslite-pad16", "tlslite-ng TLS1.3 padding +16", "+16", weight=0.5, tls=("13",)),
    lite("ADV-pad64", "tlslite-ng TLS1.3 padding 64", "64", weight=0.6),
    lite("ADV-pad-random", "tlslite-ng TLS1.3 random padding", "random", weight=0.5, tls=("13",)),
    compiled("ADV-split-crlf", "mbedTLS2.28", MBEDTLS, OLD, flags=("split",), weight=0.6),
    compiled("ADV-split-crlf-13", "OpenSSL3", OPENSSL, ("13",), flags=("split",), env={"LIBSSL": SYSTEM_OPENSSL},
             weight=0.5),
    compiled("ADV-noehlo2", "OpenSSL1.0.2 no second EHLO", OPENSSL, ("12", "cbc", "mte", "10"), weight=0.6,
             env=OF_102, also=(OPENSSL_102.lacking,),
             change=lambda own: replace(own, second_ehlo=False)),
    compiled("ADV-noehlo2-13", "OpenSSL3 no second EHLO", OPENSSL, ("13", "12"), weight=0.5,
             env={"LIBSSL": SYSTEM_OPENSSL}, change=lambda own: replace(own, second_ehlo=False)),
    compiled("ADV-other-ehlo", "OpenSSL3 another name inside", OPENSSL, ("13", "12", "cc", "cbc"), weight=0.5,
             env={"LIBSSL": SYSTEM_OPENSSL}, change=lambda own: replace(own, other_name=True)),
    compiled("ADV-bdat", "OpenSSL3 BDAT", OPENSSL, ("13", "12", "cc", "cbc"), weight=0.4,
             env={"LIBSSL": SYSTEM_OPENSSL}, change=lambda own: replace(own, chunking=True)),
    compiled("ADV-odd", "OpenSSL3 NOOP and HELP", OPENSSL, ("13", "12", "cc", "cbc"), weight=0.4,
             env={"LIBSSL": SYSTEM_OPENSSL}, change=lambda own: replace(own, odd=True)),
)  # fmt: skip
