"""What comes up a stream, and who listens.

Three things can come up a stream: data, a gap, and the close.  Whoever watches a connection answers
all three; they are calls, not objects, because a capture of mail is made of little else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Anomaly(NamedTuple):
    """A named oddity: an entry of the tables of anomalies, and what was odd here."""

    code: str
    text: str


class Watcher(Protocol):
    """Watches one connection.  Never raises, whatever comes."""

    @property
    def timed(self) -> bool:
        """Say whether it matters when each segment came; where it does not, neighbours may come as one."""

    def receive(self, from_client: bool, data: bytes, time: int = 0, behind: int = 0) -> bool:
        """Take the next bytes of one side; False when nothing more can be learned.

        ``time`` is when they came, in microseconds since 1970.  ``behind`` tells what their sender had heard: the
        last so many bytes that the other side is known to have sent were still on their way to it; negative when it
        acknowledges bytes that are yet to come here, of which one may be no byte but the stream's end.
        """

    def skim(self, from_client: Sequence[bool], numbers: Sequence[int], times: Sequence[int]) -> int:
        """Take segments by what a glance told of each in place of its bytes; return how many, from the first on.

        Each came when its sender had heard all that the other side had sent.  Of the next one the bytes are wanted.
        """

    def miss(self, from_client: bool, length: int) -> bool:
        """Take note that ``length`` bytes of one side are missing here; False as in ``receive``.

        0 stands in front of a side's first bytes when it is not known what was said before them.
        """

    def close(self) -> None:
        """Take note that nothing more will come."""
