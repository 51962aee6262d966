"""A survey: what a whole capture, not only its mail, shows of the point at which it was taken.

Counts only: what they mean is for ``inference.span`` to say.  Times are microseconds since 1970 (UTC), shares are left
to the reader.  Of nothing that anybody said a word is kept.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sniffer.model.health import InterfaceHealth

Counted = tuple[tuple[str, int], ...]
"""Names or numbers, each with how often it was seen, the most frequent first."""


class Directions(Struct, frozen=True):
    """Connections of which enough was seen to say whether both of their directions were.

    ``one_sided`` are those of which only one was: ``to_server`` only what clients said, as far as the ports tell.
    """

    connections: int = 0
    one_sided: int = 0
    to_server: int = 0


class Group(Struct, frozen=True):
    """Connections that have something in common: a VLAN, or a file or interface; ``name`` says which."""

    name: str
    directions: Directions


class Loss(Struct, frozen=True):
    """What was acknowledged, in connections of which both directions were seen, and what of it no frame showed.

    In bytes; ``connections`` and ``lossy`` in connections.
    """

    connections: int = 0
    lossy: int = 0
    acknowledged: int = 0
    lost: int = 0


class Copies(Struct, frozen=True):
    """IP packets that came twice within ``limits.COPY_APART``, by what differs between the two frames.

    ``compared`` are those that could be told apart from a retransmission.  ``same`` differ in nothing, ``elsewhere`` in
    the interface or file, ``tagged`` in their tags, ``routed`` in their hop count, ``carried`` in their cards alone.
    """

    compared: int = 0
    same: int = 0
    elsewhere: int = 0
    tagged: int = 0
    routed: int = 0
    carried: int = 0

    @property
    def all(self) -> int:
        """Return how many packets came again."""
        return self.same + self.elsewhere + self.tagged + self.routed + self.carried


class Clock(Struct, frozen=True):
    """The times of one file or interface, in the order of its frames.

    ``backwards`` are steps back, ``furthest_back`` the longest, ``silence`` the longest step forward, all in
    microseconds; ``grain`` is what all times are multiples of (1, 1,000 or 1,000,000).
    """

    name: str
    frames: int
    first: int
    last: int
    backwards: int = 0
    furthest_back: int = 0
    silence: int = 0
    grain: int = 1

    @property
    def stands_still(self) -> bool:
        """Say whether all frames have one time."""
        return self.frames > 1 and self.first == self.last and not self.backwards


class MailServer(Struct, frozen=True):
    """An end that connections to a mail port were made to, and how many; ``begun`` are those whose SYN was seen."""

    ip: str
    port: int
    connections: int
    begun: int


class Mail(Struct, frozen=True):
    """What was seen of SMTP, in connections: which ports and servers, and how they began.

    ``starttls`` asked for TLS, ``implicit`` began with it, ``clear`` said EHLO and did neither; ``unanswered`` came to
    nothing, as far as was seen.  ``servers`` are the busiest.  ``elsewhere`` are other ports, each with how many EHLO
    or HELO were said to it.
    """

    connections: int = 0
    begun: int = 0
    starttls: int = 0
    implicit: int = 0
    clear: int = 0
    unanswered: int = 0
    ports: Counted = ()
    servers: tuple[MailServer, ...] = ()
    elsewhere: Counted = ()


class Survey(Struct, frozen=True):
    """What a capture, or some time on an interface, shows.  Frames are counted where nothing else is said.

    ``seconds`` is how long was listened, None for files.  ``ports`` are those that were taken for mail's.  ``double``
    and ``deep`` are frames with two tags and with more.  ``tunnels`` are frames whose packets are in another's payload,
    ``strangers`` those of protocols that we do not know, ``messages`` those that tell who boxes are.  ``giants`` are
    longer than Ethernet's 2,000 bytes, ``unsegmented`` have an IP length that a card will still set; ``largest_mss`` is
    the largest that a SYN offered, in bytes.  ``cut`` were captured in part, ``cut_mail`` of those are of mail,
    ``snaplen`` is the longest of them.  ``groups`` are frames to group addresses among ``addressed``, those of
    Ethernet.  ``malformed`` have IP headers that make no sense.  ``crossed`` connections have another tag in each
    direction, of ``split`` ones each is in another file or interface.  ``one_host`` is in all connections, if any is.
    Of ``sampled`` connections besides mail's one is counted.  ``unread`` says what could not be read.
    """

    frames: int = 0
    octets: int = 0
    seconds: float | None = None
    ports: tuple[int, ...] = ()
    links: Counted = ()
    ip: int = 0
    tcp: int = 0
    udp: int = 0
    tagged: int = 0
    double: int = 0
    deep: int = 0
    vlans: Counted = ()
    tunnels: Counted = ()
    strangers: Counted = ()
    messages: Counted = ()
    giants: int = 0
    longest: int = 0
    largest_mss: int = 0
    unsegmented: int = 0
    cut: int = 0
    cut_mail: int = 0
    snaplen: int = 0
    addressed: int = 0
    groups: int = 0
    malformed: int = 0
    mail_directions: Directions = Directions()
    all_directions: Directions = Directions()
    by_vlan: tuple[Group, ...] = ()
    by_origin: tuple[Group, ...] = ()
    crossed: int = 0
    split: int = 0
    mail_loss: Loss = Loss()
    all_loss: Loss = Loss()
    copies: Copies = Copies()
    mail: Mail = Mail()
    clocks: tuple[Clock, ...] = ()
    one_host: str | None = None
    sampled: int = 1
    unread: tuple[str, ...] = ()
    interfaces: tuple[InterfaceHealth, ...] = ()
    interrupted: bool = False


Level = Literal["problem", "unknown", "note", "fine"]
"""What a finding is: something to change, something that cannot be said, something to know, nothing to do."""

LEVELS: tuple[Level, ...] = ("problem", "unknown", "note", "fine")


Figures = dict[str, int | float | str | None]
"""What a finding rests on, by name; None where nobody counted."""


class SpanFinding(Struct, frozen=True):
    """What a survey means.  ``title`` says it, ``reason`` why; ``advice`` are codes of what to change."""

    code: str
    level: Level
    title: str
    reason: str
    figures: Figures = {}
    advice: tuple[str, ...] = ()
