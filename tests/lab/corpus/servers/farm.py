"""The personas of the corpus: which roles there are, at which addresses, in how many processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path

from tests.lab.corpus.endpoints import CIPHERS, LOWEST_CONFIG, Addresses, Endpoint
from tests.lab.corpus.hosts import SERVERS
from tests.lab.corpus.servers.cast import Role
from tests.lab.corpus.servers.mta_texts import WORDS
from tests.lab.namespaces import inside
from tests.lab.served import Served, read_log
from tests.lab.servers import process
from tests.lab.servers.exchange_texts import DELAY
from tests.lab.servers.tls import Policy

ROOT = Path(__file__).resolve().parents[4]
SHORT = 0.05
"""Seconds that refusals take in bulk."""
EXO = ("LOGIN", "XOAUTH2")
GMAIL = ("LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER")
LISTS = (
    ("LOGIN", "PLAIN"),
    ("PLAIN", "LOGIN", "CRAM-MD5"),
    ("LOGIN",),
    ("CRAM-MD5", "LOGIN", "PLAIN"),
    ("PLAIN", "LOGIN", "XOAUTH2"),
    ("NTLM", "LOGIN"),
    ("PLAIN",),
    ("LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER"),
    ("GSSAPI", "NTLM", "LOGIN"),
)
SINGLE = {
    "gen-plain": ("PLAIN",),
    "gen-login": ("LOGIN",),
    "gen-cram": ("CRAM-MD5",),
    "gen-fallback": ("CRAM-MD5", "PLAIN", "LOGIN"),
    "gen-oauth": ("OAUTHBEARER", "XOAUTH2"),
    "gen-xoauth2": ("XOAUTH2",),
    "gen-ntlm": ("NTLM",),
}
SUITES = (
    "",
    "Ciphersuites = TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256",
    "Ciphersuites = TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256",
)
"""What the processes prefer in TLS 1.3: the Finished differs by its hash, CCM_8 by its tag."""


def policy(variant: str, tickets: int = 2) -> Policy:
    """The TLS of a variant."""
    if variant == "13":
        return Policy("TLSv1_3", "TLSv1_3", tickets=tickets)
    old = "TLSv1" if variant == "10" else "TLSv1_2"
    return Policy(old, old, CIPHERS[variant], encrypt_then_mac=variant != "mte")


def roles() -> Iterator[tuple[str, Role]]:
    """All roles, each with the variant of its TLS."""
    number = 0

    def role(kind: str, variant: str, offers: tuple[str, ...], **more: object) -> tuple[str, Role]:
        nonlocal number
        number += 1
        fields = {"delay": SHORT, "strict": number % 2 == 0, "one_record": number % 4 != 0, **more}
        tls = policy(variant, tickets=number % 3)
        return variant, Role(kind, offers, number, tls=tls, **fields)  # type: ignore[arg-type]

    for variant in ("13", "13", "13", "13", "12", "12", "cc", "cbc", "mte", "10"):
        for together in (True, False):
            yield role("exo", variant, EXO, strict=True, one_record=together)
    for kind, variants in {"exo-off": ("13", "13", "12", "cbc"), "exo-consumer": ("13", "12", "mte")}.items():
        for place, variant in enumerate(variants):
            yield role(kind, variant, EXO, strict=True, one_record=place % 2 == 0)
    yield role("exo", "13", EXO, strict=True, delay=DELAY, one_record=True)
    for variant in ("13", "12", "cc", "mte", "cbc", "10"):
        yield role("gmail", variant, GMAIL, strict=True)
    kinds = cycle(("13", "12", "cc", "13", "cbc", "12", "mte", "13", "12", "10", "13", "ccm", "cc", "12", "13"))
    for place, kind in enumerate(sorted(WORDS) * 2):
        yield role(f"gen-{kind}", next(kinds), LISTS[place % len(LISTS)])
    for kind, offers in SINGLE.items():
        for variant in ("13", "12", "cc", "cbc", "mte"):
            yield role(kind, variant, offers)


@dataclass
class Farm:
    """All personas, dealt out to a few processes."""

    folder: Path
    papers: tuple[Path, Path]
    accounts: Path
    endpoints: list[Endpoint] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Deal out addresses."""
        blocks, self.sites = [Addresses(1), Addresses(2)], []
        for place, (variant, role) in enumerate(roles()):
            ip = blocks[place % 2].next()
            implicit = place % 11 == 3
            self.sites.append((place % len(SUITES), {"ip": ip, "ports": ["465s" if implicit else "587"],
                                                     "role": asdict(role)}))  # fmt: skip
            self.endpoints.append(
                Endpoint(
                    role.kind,
                    ip,
                    variant,
                    role.mechanisms,
                    465 if implicit else 587,
                    implicit,
                    role.strict,
                    refuses_accounts=role.kind in ("exo", "exo-off"),
                    slow=role.delay == DELAY,
                )
            )

    @property
    def log(self) -> Path:
        """Where all of them note what they served."""
        return self.folder / "personas.jsonl"

    def start(self) -> None:
        """Start the processes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for number, suites in enumerate(SUITES):
            sites = [site for which, site in self.sites if which == number]
            config, spec = self.folder / f"openssl-{number}.cnf", self.folder / f"personas-{number}.json"
            config.write_text(LOWEST_CONFIG.format(more=suites + "\nOptions = ServerPreference"))
            cert, key = map(str, self.papers)
            told = {"cert": cert, "key": key, "log": str(self.log), "accounts": str(self.accounts), "sites": sites}
            spec.write_text(json.dumps(told))
            around = {**os.environ, "OPENSSL_CONF": str(config), "PYTHONPATH": str(ROOT)}
            argv = inside(SERVERS, [sys.executable, "-m", "tests.lab.corpus.servers.many", str(spec)])
            with (self.folder / f"personas-{number}.out").open("wb") as said:
                self.processes.append(subprocess.Popen(argv, stdout=said, stderr=said, env=around))
        process.await_listening(SERVERS, [(each.ip, each.port) for each in self.endpoints])

    def stop(self) -> None:
        """End them."""
        for each in self.processes:
            process.stop(each)

    def served(self) -> list[Served]:
        """All connections that came to their end; where one broke its server's thread, it is said."""
        broken = [path.name for path in sorted(self.folder.glob("*.out")) if "Traceback" in path.read_text()]
        if broken:
            print(f"see what broke: {', '.join(broken)}", file=sys.stderr)
        return read_log(self.log)
