"""Facts: what was seen, judged by nobody.  Immutable, and the only thing that phase B reads."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from sniffer.model.clues import Witness
from sniffer.model.events import Anomaly

Family = Literal["basic", "oauth", "challenge", "external", "none", "unknown"]
Outcome = Literal["success", "failure", "unknown"]
StartTls = Literal[
    "not-offered", "offered", "requested", "refused", "failed", "established",
    "implicit", "cleartext-after", "unseen",
]  # fmt: skip


class AttemptFact(Struct, frozen=True, gc=False):
    """One AUTH exchange read in clear.  Neither password nor token, nor their lengths.

    ``credential_sent`` says that the client sent what the exchange is about: a password, a token, a digest.
    """

    mechanism: str | None
    outcome: Outcome
    user: str | None
    reply: str | None
    credential_sent: bool = False


class CertificateFact(Struct, frozen=True, gc=False):
    """What a server's certificate says (RFC 5280 4.1), where TLS 1.2 or older shows it.

    ``subject`` and ``issuer`` are written as RFC 4514 has it; ``names`` are the DNS names of the
    subjectAltName, without one the common name.  Times are microseconds since 1970, UTC.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: int
    not_after: int


class TlsFact(Struct, frozen=True):
    """What a TLS handshake shows in clear (RFC 8446 4.1, RFC 5246 7.4).

    ``offered`` is the highest version of the ClientHello, ``version`` and ``cipher`` are what the ServerHello chose;
    None where it was not seen.  ``retried`` says that a HelloRetryRequest came, ``resumed`` that keys of an earlier
    session were used.  ``alert`` is the name of the first alert that ended the handshake, ``encrypted`` where TLS
    1.3 hides which.  ``complete`` says that the client went on behind its Finished, ``in_clear`` that the server
    answered the ClientHello with text.
    """

    offered: str | None = None
    version: str | None = None
    cipher: str | None = None
    sni: str | None = None
    alpn: tuple[str, ...] = ()
    ja3: str | None = None
    ja4: str | None = None
    encrypt_then_mac: bool = False
    retried: bool = False
    resumed: bool | None = None
    certificate: CertificateFact | None = None
    alert: str | None = None
    alert_from: Literal["client", "server"] | None = None
    complete: bool = False
    in_clear: bool = False


class HalfTurn(Struct, frozen=True, gc=False, array_like=True):
    """Encrypted records that one side sent on end, until the other side spoke (RFC 8446 5.2).

    ``first`` and ``last`` are when the first and the last came, in microseconds since the connection's start.
    ``lengths`` are the fragments' lengths in bytes, of the first records; of ``more`` records behind them only
    the sum, ``more_octets``, is kept.  Lengths give away those of secrets, and stay inside the run: ``repr`` has none.
    """

    from_client: bool
    first: int
    last: int
    lengths: tuple[int, ...]
    more: int = 0
    more_octets: int = 0

    @property
    def records(self) -> int:
        """Return how many records there were."""
        return len(self.lengths) + self.more

    @property
    def octets(self) -> int:
        """Return the length of all records together."""
        return sum(self.lengths) + self.more_octets

    def __repr__(self) -> str:
        """Return who spoke in how many records, never their lengths."""
        return f"HalfTurn({'client' if self.from_client else 'server'}, {self.records} records)"


Cut = Literal["gap", "limit", "renegotiation"]


class ShapeFact(Struct, frozen=True, gc=False):
    """The encrypted records of a connection, as half-turns in the order of their causes.

    Of TLS 1.3 they begin behind the ServerHello and hold the rest of the handshake, of older versions behind
    ChangeCipherSpec.  ``cut`` says why nothing more was followed, None when the records are all there were: where it
    stands, the last half-turn of each side may lack records.
    """

    half_turns: tuple[HalfTurn, ...]
    cut: Cut | None = None


class Speech(Struct, frozen=True):
    """What one SMTP connection said in clear.

    ``greeted`` is the first line of the last EHLO reply in clear, ``extensions`` the keywords that it lists.
    ``workstation`` is the client's name of itself in an NTLM answer.
    ``offered`` are the mechanisms of the last EHLO reply in clear, None when none was seen.
    ``mail`` says that MAIL was seen (behind a successful AUTH nobody looks), ``mail_accepted`` how far the last
    came (False when it, all its recipients or its text were refused), None when it was not answered, ``mail_reply``
    the words of a refusal.
    ``hello_octets`` and ``greeted_octets`` are the lengths of the last EHLO line and of the last reply that accepted
    one, with the ends of their lines.
    ``blind`` says that something before the first MAIL or the end could not be read, so that the
    absence of AUTH proves nothing.
    """

    banner: str | None
    helo: str | None
    workstation: str | None
    offered: tuple[str, ...] | None
    starttls: StartTls
    attempts: tuple[AttemptFact, ...]
    mail: bool
    mail_accepted: bool | None
    encrypted: bool
    smtp: bool
    blind: bool
    anomalies: tuple[Anomaly, ...]
    greeted: str | None = None
    extensions: tuple[str, ...] = ()
    mail_reply: str | None = None
    hello_octets: int | None = None
    greeted_octets: int | None = None


class Quality(Struct, frozen=True, gc=False):
    """How well a connection was seen."""

    start_seen: bool
    end_seen: bool
    one_sided: bool
    gap_bytes: int
    duplicates: int
    snaplen_cut: bool


class Observation(Struct, frozen=True):
    """Where a connection was seen."""

    sensor: str
    interface: str | None
    file: str | None
    vlan: tuple[int, ...]
    tunnel: tuple[str, ...] = ()


class SessionFact(Struct, frozen=True):
    """One SMTP connection.  Times are microseconds since 1970, UTC.

    ``session`` is made of the endpoints and both initial sequence numbers, so another sensor or a
    second import gives the same.  ``client_mac`` is the sender of the client's frames nearest to
    it; ``on_link`` that their hop count was still an initial one, so no router lies between.
    ``shape`` are the records inside TLS; ``inside`` is what was said there, where keys let us read it.
    ``round_trip`` is the time from the SYN to the answer to it, in microseconds: the network's share of every reply's
    delay, seen from the capture; None where it was not seen.
    ``hops`` is the hop count of the client's frames.  ``joint`` is the same for all views of a connection, also behind
    an address translation, None without both initial sequence numbers; ``routers`` are the cards that sent the
    client's frames where it is further away.
    ``witness`` is what shows who the client is, None where nobody listened.
    """

    session: str
    start: int
    end: int
    client_ip: str
    client_port: int
    client_mac: str | None
    on_link: bool
    server_ip: str
    server_port: int
    speech: Speech
    quality: Quality
    observations: tuple[Observation, ...]
    tls: TlsFact | None = None
    shape: ShapeFact | None = None
    inside: Speech | None = None
    round_trip: int | None = None
    hops: int = 0
    joint: str | None = None
    routers: tuple[str, ...] = ()
    witness: Witness | None = None

    @property
    def banner(self) -> str | None:
        """Return the server's greeting, in clear or inside TLS."""
        return self.speech.banner or (self.inside.banner if self.inside else None)

    @property
    def helo(self) -> str | None:
        """Return the client's EHLO name, in clear or inside TLS."""
        return self.speech.helo or (self.inside.helo if self.inside else None)

    @property
    def greeted(self) -> str | None:
        """Return the first line of an EHLO reply, in clear or inside TLS."""
        return self.speech.greeted or (self.inside.greeted if self.inside else None)

    @property
    def workstation(self) -> str | None:
        """Return the client's name of itself in an NTLM answer, in clear or inside TLS."""
        return self.speech.workstation or (self.inside.workstation if self.inside else None)

    @property
    def server(self) -> str:
        """Return the server's address and port as one word, IPv6 in brackets (RFC 3986 3.2.2)."""
        host = f"[{self.server_ip}]" if ":" in self.server_ip else self.server_ip
        return f"{host}:{self.server_port}"


SUBMISSION = "smtp"
"""What names of hosts that take mail from clients begin with: ``smtp.office365.com``, ``smtp-legacy.office365.com``.
Outlook and its kin ask for others (``outlook.office365.com``), all day."""


class NameFact(Struct, frozen=True, gc=False):
    """DNS answers seen: ``client`` asked for ``name`` and was told ``address``.

    ``client`` is whoever the answers went to, a resolver as well as a device.  Times are microseconds.
    """

    sensor: str
    client: str
    name: str
    address: str
    first: int
    last: int
    count: int


class AskedFact(NamedTuple):
    """Somebody was told where a host is, from when to when (microseconds); ``client`` as in ``NameFact``."""

    sensor: str
    client: str
    name: str
    first: int
    last: int
