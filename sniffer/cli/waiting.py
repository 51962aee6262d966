"""``sniffer capture --device X``: waiting for one device's test, and the one verdict on it."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from sniffer.cli.called import canonical, is_address, is_called
from sniffer.cli.signs import Signs
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.reports.escape import for_terminal
from sniffer.reports.redaction import Redactor
from sniffer.reports.verified import Verified, counts, is_over, last_word, nothing_heard, waiting_line

DONE, NOTHING, MATCHED, NOT_JUDGED = 0, 1, 3, 5
"""Exit statuses: a verdict; no session was seen; ``--fail-on`` matched; a session was seen and could not be judged."""

INTERVAL_SECONDS = 1.0
"""Between two changes of the line that says what is waited for."""


class Waiting:
    """Decides, judgement by judgement, whether there is a verdict on the device that a word names.

    Show it every session of a judgement (``look``), then ask (``decided``); ask ``again`` while there is no other: a
    test is over when nothing follows it, and then nothing is judged anew.  ``signs`` take what else is heard.
    ``began`` is when the wait began, in microseconds; ``others`` counts the sessions of other devices since, as of the
    last judgement.
    """

    def __init__(self, word: str, began: int, known: Catalogue, redact: Redactor) -> None:
        self.word = word
        self.signs = Signs(word)
        self._began = began
        self._known = known
        self._redact = redact
        self._heard: dict[str, deque[SessionFinding]] = {}
        self._sessions = 0
        self._newest = (0, "")
        self._tests: list[tuple[DeviceFinding, list[SessionFinding]]] = []
        self._clients: tuple[str, ...] = ()
        self.others = 0

    def look(self, finding: SessionFinding) -> None:
        """Take a session; those that began before the wait do not count.

        They come by their start, then id; one that is no newer begins another judgement, though the last was given up.
        """
        if not counts(finding, self._began):
            return
        newest = finding.fact.start, finding.fact.session
        if newest <= self._newest:
            self._forget()
        self._newest = newest
        self._sessions += 1
        heard = self._heard.pop(finding.device, None)
        if heard is None:
            heard = deque(maxlen=limits.VERIFIED_SESSIONS)
        self._heard[finding.device] = heard
        heard.append(finding)
        if len(self._heard) > limits.VERIFIED_DEVICES:
            del self._heard[next(iter(self._heard))]

    def decided(
        self, devices: Iterable[DeviceFinding], now: int, clients: tuple[str, ...] = (), *, last: bool = False
    ) -> Verified | None:
        """Return the verdict behind a judgement, None while there is none.

        ``now`` is the wall clock, in microseconds; ``clients`` are the addresses of whoever has a connection to a mail
        port open.  ``last`` says that nothing more will come: what there is must do.
        """
        meant = [each for each in devices if is_called(each, self.word)]
        self._tests = [(each, found) for each in meant if (found := self._of(each))]
        self.others = self._sessions - self._mine
        self._forget()
        return self.again(now, clients, last=last)

    def again(self, now: int, clients: tuple[str, ...] = (), *, last: bool = False) -> Verified | None:
        """Return the verdict by the last judgement, as time has gone on since."""
        self._clients = clients
        if not self._tests:
            return None
        device, found = max(self._tests, key=lambda test: max(each.fact.end for each in test[1]))
        if not last and not is_over(found, now, self.signs.told(clients).open):
            return None
        return Verified(last_word(found), tuple(found), device, self._known, self._redact)

    @property
    def _mine(self) -> int:
        return sum(len(found) for _, found in self._tests)

    def _forget(self) -> None:
        """Forget the sessions of a judgement."""
        self._heard.clear()
        self._sessions, self._newest = 0, (0, "")

    def line(self, now: int) -> str:
        """Return what is known while one waits."""
        return waiting_line(self.word, self.signs.told(self._clients), self._mine, now - self._began)

    def nothing(self, now: int, ports: tuple[int, ...]) -> list[str]:
        """Return what to say when the wait ends without a session, with status ``NOTHING``."""
        return nothing_heard(self.word, self.signs.told(self._clients), now - self._began, self.others, ports)

    def _of(self, device: DeviceFinding) -> list[SessionFinding]:
        """Return a device's sessions; where it was named by an address, those from there."""
        found = [*self._heard.get(device.device, ())]
        word = canonical(self.word)
        if not is_address(word):
            return found
        return [each for each in found if word in (each.fact.client_ip, each.owner.inside if each.owner else None)]


def status(verified: Verified, failing: Sequence[str]) -> int:
    """Return the exit status of a verdict: of several that hold, the first of 3, 5."""
    if verified.verdict in failing:
        return MATCHED
    return DONE if verified.judged else NOT_JUDGED


class WaitingLine:
    """One line on standard error that is written over; where that is no terminal, a line for each change of words."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = clock()
        self._terminal = sys.stderr.isatty()
        self._said = ""
        self._shown = False

    def show(self, text: str) -> None:
        """Show a line, if it is time to."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + INTERVAL_SECONDS
        if self._terminal:
            self._shown = True
            self._write(f"\r{self._fitted(for_terminal(text))}\x1b[K")
        elif (said := text.partition(": ")[2]) != self._said:
            self._said = said
            self._write(f"sniffer: {for_terminal(text)}\n")

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _fitted(self, text: str) -> str:
        """Return what fits into one line: what wraps could not be written over."""
        try:
            columns = os.get_terminal_size(sys.stderr.fileno()).columns
        except (OSError, ValueError):
            return text
        return text if len(text) < columns else text[: columns - 2] + "…"

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # a terminal that went away is no reason to stop listening
            sys.stderr.write(text)
            sys.stderr.flush()
