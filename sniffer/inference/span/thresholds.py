"""From where on a share is worth a word (note), or a change of the mirror (problem): the rules of this room."""

from __future__ import annotations

from sniffer.model.survey import Level

ENOUGH_CONNECTIONS = 3
"""Connections from which it is said whether both directions are seen: of fewer one may stand for a scan."""

ONE_SIDED = (0.01, 0.05)
"""Shares of connections with one direction.  A healthy mirror shows next to none once the edges are left out; from one
in twenty on, sessions go unjudged that somebody will ask for."""

LOST = (0.0001, 0.01)
"""Shares of acknowledged bytes that were never seen.  Zeek complains of one in a thousand gaps; a mail session has
some ten segments around its login, so one in a hundred bytes spoils one login in ten."""

LOSSY_MAIL = 0.05
"""Share of mail connections with a hole from which it is a problem whatever the bytes: most are mails' texts."""

UNANSWERED = 0.2
"""Share of attempts to connect to a mail port that came to nothing from which it is worth a word: a scan, a flood, a
server that is down."""

DROPPED = 0.001
"""Share of frames that the kernel dropped from which it is a problem; any is worth a word."""

COPIED = 0.01
"""Share of packets that came twice from which it is worth a word.  Sessions are judged all the same."""

TUNNELLED = 0.05
"""Share of frames in tunnels from which mail may well be hidden in them."""

BACKWARDS = 1_000_000
"""Microseconds by which a clock that goes back was set; less is the order in which a card's queues were read."""

SHUFFLED = 1000
"""Microseconds back that need no word: several queues of a card, or a TAP's two directions."""

YEAR_2000, YEAR_2100 = 946_684_800_000_000, 4_102_444_800_000_000
"""Between these a clock can be believed."""

PAUSE = 60_000_000
"""Microseconds without a frame, in a capture of a frame a second or more, that a clock's step or a pause explains."""

MOSTLY = 0.95
"""A share that says what something is: of group addresses, a port that mirrors nothing."""

MALFORMED = 0.01
"""Share of IP packets whose headers make no sense, from which something mangles them."""

STRANGE = 0.2
"""Share of frames of protocols we do not decode from which it is said."""

JUMBO, USUAL_MSS = 9216, 1460
"""Bytes: of the longest frame that networks carry; of the largest segment without jumbo frames (RFC 9293 3.7.1)."""

FEW_FRAMES = 100
"""Frames below which nothing is said of clocks' grain and of addresses."""


def level(share: float, thresholds: tuple[float, float]) -> Level:
    """Return what a share is by the two thresholds of its rule."""
    note, problem = thresholds
    return "problem" if share >= problem else "note" if share >= note else "fine"
