"""The frames of one connection, kept until it is over, and what of them an evidence capture may show.

A frame is shown by the places of its bytes in the stream, not by when it came: what is sent again, overlaps, or comes
from behind a hole is shown where, and only where, it says the very bytes that were proven harmless.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import takewhile
from operator import itemgetter
from typing import NamedTuple

from sniffer.model import limits
from sniffer.pipeline.evidence_streams import Assembly, Places
from sniffer.protocols import SmtpSession
from sniffer.protocols.smtp_clean import Said, clean
from sniffer.protocols.smtp_ledger import FOREVER, Ledger
from sniffer.protocols.tls_places import records
from sniffer.protocols.tls_records import APPLICATION_DATA
from sniffer.sources.pcapng_file import Packet
from sniffer.streams import Connection

BLANK = ord("A")
"""In place of a byte that is not the one that the stream has at its place."""


class KeptFrame(NamedTuple):
    """A frame up to the end of its payload, which begins at ``header`` and had ``length`` octets on the wire.

    ``size`` is the frame's length on the wire, ``acknowledged`` None in a segment that acknowledges nothing; ``marked``
    ones carry SYN, FIN or RST.
    """

    time: int
    data: bytes
    header: int
    from_client: bool
    sequence: int
    acknowledged: int | None
    length: int
    size: int
    interface: str
    link: int
    marked: bool

    def __repr__(self) -> str:
        """Return when it came, and nothing of what it says."""
        return f"KeptFrame({self.time})"

    def up_to(self, end: int) -> KeptFrame:
        """Return the frame with so many octets of its payload."""
        return self._replace(data=self.data[: self.header + end]) if self.header + end < len(self.data) else self

    def packet(self, payload: bytes, comment: str | None = None) -> Packet:
        """Return the frame with another payload, to be written."""
        return Packet(self.time, self.data[: self.header] + payload, self.size, self.interface, self.link, comment)


class KeptConnection:
    """What is kept of a connection.  ``whole`` says that nothing was left out for want of room."""

    def __init__(self) -> None:
        self.frames: list[KeptFrame] = []
        self.octets = 0
        self.whole = True
        self.written = False
        self._compact_at = limits.EVIDENCE_COMPACTED
        self._latest: KeptFrame | None = None
        self._ends = 0

    def add(self, frame: KeptFrame, connection: Connection, room: int) -> int:
        """Keep a frame if there is room for so many bytes; return by how many what is kept has grown."""
        before = self.octets
        if not connection.wanted and self._is_quiet(frame):
            return 0
        if not connection.wanted:
            frame = frame.up_to(0)
        size = len(frame.data) + limits.EVIDENCE_FRAME
        if self.octets + size > self._compact_at:
            self._compact(connection)
            self._compact_at = max(2 * self.octets, limits.EVIDENCE_COMPACTED)
        self.whole &= self.octets + size <= limits.EVIDENCE_BYTES and self.octets - before + size <= room
        if not self.whole:
            self._ends += frame.marked
            frame = frame.up_to(0)
        if self.whole or (frame.marked and self._ends <= limits.EVIDENCE_ENDS):
            self.frames.append(frame)
            self.octets += len(frame.data) + limits.EVIDENCE_FRAME
        return self.octets - before

    def _is_quiet(self, frame: KeptFrame) -> bool:
        """Put aside a frame that only shows that the connection goes on; now and then one is kept."""
        last = self.frames[-1].time if self.frames else frame.time
        if frame.marked or frame.time - last > limits.EVIDENCE_SIGN_OF_LIFE:
            self._latest = None
            return False
        self._latest = frame.up_to(0)
        return True

    def packets(self, connection: Connection, session: SmtpSession, comment: str) -> list[Packet]:
        """Return what is to be written of a connection that is over, in the order of its capture.

        That is the order of time, unless the capture's clock was set back: then a reader must see what we saw.
        """
        self.written = True
        if self._latest is not None:
            self.frames.append(self._latest)
        if session.ledger is None:
            return []
        view = _View(connection, session, session.ledger, self.frames)
        words = comment if self.whole else f"{comment}, not whole: there was no room for all of its frames"
        found: list[Packet] = []
        for number, frame in enumerate(self.frames):
            payload = view.payload(number, frame)
            if payload is not None:
                found.append(frame.packet(payload, None if found else words))
        return found

    def _compact(self, connection: Connection) -> None:
        """Leave out the insides of mails and of encrypted records, of which nothing but their length is told."""
        session = connection.watcher
        if not isinstance(session, SmtpSession) or session.ledger is None:
            return
        view = _View(connection, session, session.ledger, self.frames)
        self.frames = list(view.compacted())
        self.octets = sum(len(each.data) + limits.EVIDENCE_FRAME for each in self.frames)


class _View:
    """Both streams of a connection, as far as its kept frames show them."""

    def __init__(
        self, connection: Connection, session: SmtpSession, ledger: Ledger, frames: Sequence[KeptFrame]
    ) -> None:
        self._ledger = ledger
        self._frames = frames
        self._session = session
        self._begun = connection.start_seen
        self._mails_begun: set[int] = set()
        self._beyond: set[bool] = set()
        self._sent: list[tuple[int, int, int]] | None = None
        self._longest = 0
        sides = Places(connection.half[1]), Places(connection.half[0])
        self._places = [sides[each.from_client].of(each.sequence) for each in frames]
        self._knew = [
            None if each.acknowledged is None else sides[not each.from_client].of(each.acknowledged, follow=False)
            for each in frames
        ]
        self._streams = Assembly(), Assembly()
        self._others: list[bytes] = []
        for place, frame in zip(self._places, frames, strict=True):
            payload = frame.data[frame.header :]
            if place is not None and frame.length:
                inside = frame.from_client and self._is_mail(place, len(payload))
                known = self._streams[frame.from_client].add(place, b"" if inside else payload, frame.length)
                if frame.from_client and not known:
                    self._others.append(payload)
        self._cleaned: tuple[list[bytes], ...] | None = None

    def payload(self, number: int, frame: KeptFrame) -> bytes | None:
        """Return what may be shown of a frame's payload, None for a frame that shows nothing.

        Of what was not heard any more the first header stays, and those that were kept as signs of life.
        """
        place, raw = self._places[number], frame.data[frame.header :]
        if not frame.length:
            return b""
        if place is None or place >= self._ledger.heard[frame.from_client]:
            first = frame.from_client not in self._beyond
            self._beyond.add(frame.from_client)
            return b"" if frame.marked or first or not raw else None
        end = min(len(raw), self._ledger.heard[frame.from_client] - place)
        if frame.from_client:
            end = self._before_mail(place, end)
            if end < 0:
                return b"" if frame.marked else None
        return self._shown(frame.from_client, place, raw[:end])

    def compacted(self) -> Iterator[KeptFrame]:
        """Give the frames without what is inside of mails and encrypted records."""
        needed = tuple(self._needed(side) for side in (False, True))
        for place, frame in zip(self._places, self._frames, strict=True):
            end = len(frame.data) - frame.header
            if place is None or not end:
                yield frame
                continue
            if frame.from_client:
                end = self._before_mail(place, end)
            if end >= 0:
                yield frame.up_to(needed[frame.from_client].last(place, end))
            elif frame.marked:
                yield frame.up_to(0)

    def _before_mail(self, place: int, end: int) -> int:
        """Return how much of a payload stands before a mail with nothing but mail behind; -1 for the inside of one.

        The first frame that is all mail stays, without its payload: it shows that the mail was there.  So does the
        last: else a reader would learn only from what comes behind the mail's answer that bytes are missing.
        """
        for number, (first, last) in self._ledger.mails_left_out(place + end - 1, place + end):
            if place + end <= last:
                if first <= place and place + end < last and number in self._mails_begun:
                    return -1
                self._mails_begun.add(number)
                return max(first - place, 0)
        return end

    def _is_mail(self, place: int, length: int) -> bool:
        """Say whether bytes of the client are all of one mail, and not needed."""
        mails = self._ledger.mails_left_out(place, place + 1)
        return any(first <= place and place + length <= last for _, (first, last) in mails)

    def _shown(self, from_client: bool, place: int, raw: bytes) -> bytes:
        """Return bytes at a place as they may be shown: blank where the stream has others there, or none."""
        if not raw:
            return b""
        if self._cleaned is None:
            self._cleaned = self._clean()
        found = bytearray((BLANK,)) * len(raw)
        for index, start, real in self._streams[from_client].pieces_in(place, place + len(raw)):
            clean = self._cleaned[from_client][index]
            first, last = max(start, place), min(start + len(real), place + len(raw))
            ours, theirs = raw[first - place : last - place], real[first - start : last - start]
            shown = clean[first - start : last - start]
            if ours != theirs:
                pairs = zip(ours, theirs, shown, strict=True)
                shown = bytes(each if our == their else BLANK for our, their, each in pairs)
            found[first - place : last - place] = shown
        return bytes(found)

    def _clean(self) -> tuple[list[bytes], ...]:
        speech, tls = self._session.speech(), self._session.tls()
        said = Said(self._streams[True].pieces(), self._streams[False].pieces(), self._heard, self._begun, self._others)
        users = [attempt.user for attempt in speech.attempts if attempt.user]
        cipher = tls.cipher if tls else None
        return clean(self._ledger, said, users, open_cipher=bool(cipher and "NULL" in cipher))

    def _heard(self, first: int, last: int) -> int:
        """Return how much of the client the server had been sent, at most, when it sent bytes of these places."""
        if self._sent is None:
            sent = zip(self._places, self._knew, self._frames, strict=True)
            self._sent = sorted(
                (place, place + frame.length, FOREVER if knew is None else knew)
                for place, knew, frame in sent
                if not frame.from_client and place is not None and frame.length
            )
            self._longest = max((end - place for place, end, _ in self._sent), default=0)
        index = bisect_left(self._sent, first - self._longest, key=itemgetter(0))
        near = takewhile(lambda each: each[0] < last, self._sent[index:])
        return max((knew for _, end, knew in near if end > first), default=0)

    def _needed(self, from_client: bool) -> _Needed:
        begins = self._ledger.tls.get(from_client)
        pieces = self._streams[from_client].pieces()
        return _Needed(
            []
            if begins is None
            else [(each.start, each.end) for each in records(pieces, begins) if each.type == APPLICATION_DATA]
        )


class _Needed:
    """The insides of encrypted records of one direction, in order, which nobody needs."""

    def __init__(self, insides: list[tuple[int, int]]) -> None:
        self._insides = insides
        self._at = 0

    def last(self, place: int, length: int) -> int:
        """Return how many octets of a payload are needed: up to its last that is not inside a record."""
        end = place + length
        while self._at < len(self._insides) and self._insides[self._at][1] < place:
            self._at += 1
        for first, last in self._insides[self._at :]:
            if first >= end:
                break
            if first < end < last:
                return max(first - place, 0)
        return length
