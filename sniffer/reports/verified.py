"""One verdict on one device, for whoever stands before it and has just pressed "send test".

Rules:
1. A test may be several connections: a fallback to another port, a retry, a look whether the server is there.  It is
   over when nothing followed for ``limits.VERIFY_QUIET``, at the latest after ``limits.VERIFY_LONGEST``.
2. Its last word counts.  A connection that ended before AUTH or MAIL says nothing beside others that did not.
3. What could not be judged is no all-clear, and is told with what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sniffer.inference.advice import fix
from sniffer.inference.quality import faults
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.replies import Reply
from sniffer.model import limits
from sniffer.model.findings import AuthFinding, DeviceFinding, SessionFinding, Unjudged, Verdict
from sniffer.reports import auth_words, personal, session_words
from sniffer.reports.escape import for_terminal
from sniffer.reports.live_view import clock
from sniffer.reports.moments import local
from sniffer.reports.page import Page
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import display_filter
from sniffer.reports.words import UNJUDGED_WORDS, VERDICT_WORDS, number_of

VERDICT_OF: dict[str, Verdict] = {
    "oauth": "modern", "challenge": "challenge", "external": "modern", "none": "unauthenticated", "unknown": "unknown",
}  # fmt: skip
"""What a session alone says, by its family; of Basic the service decides."""

KINDS = {"basic": "Basic", "oauth": "OAuth", "challenge": "challenge and response", "external": "client certificate"}

UNJUDGED_NEXT: dict[Unjudged, str] = {
    "tls": "what TLS hides could not be read here; decrypt a test of your own with its key log (--keylog), or look into"
    " the device's mail settings",
    "late": "the beginning of the connection was not seen; send the test again while the capture runs",
    "gap": "frames were lost; see what was dropped, give the capture a larger buffer, and send the test again",
    "one-sided": "let the switch mirror both directions of the device's port, and send the test again",
    "no-auth-seen": "it did not try to log in: see whether its log-in is turned on, and whether it trusts the server's"
    " certificate; then send the test again",
    "ambiguous": "send the test once or twice more, better with a long subject; several sessions tell more than one",
}
"""What to do where a session could not be judged."""

NEXT_OAUTH_FAILED = (
    "see the device's token: its tenant, its permission (SMTP.Send, SMTP.SendAsApp), and whether SMTP AUTH is allowed"
    " for the mailbox; then send the test again"
)


class Sign(NamedTuple):
    """What was heard of a device beside its sessions.

    ``seen`` is when it was last heard (microseconds), ``asked`` are the names that it asked DNS for, ``open`` how many
    connections to a mail port it has now, which have not ended.
    """

    seen: int | None = None
    addresses: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    open: int = 0


def counts(finding: SessionFinding, began: int) -> bool:
    """Say whether a session began after the wait did."""
    late = not finding.fact.quality.start_seen and finding.fact.start - began < limits.VERIFY_BEFORE
    return finding.fact.start >= began and not late


def is_over(sessions: Sequence[SessionFinding], now: int, opened: int = 0) -> bool:
    """Say whether a device's test is over, by its sessions and the connections that are open still (rule 1)."""
    if not sessions:
        return False
    first, last = min(each.fact.start for each in sessions), max(each.fact.end for each in sessions)
    if now - first >= limits.VERIFY_LONGEST:
        return True
    return not opened and now - last >= limits.VERIFY_QUIET


def last_word(sessions: Sequence[SessionFinding]) -> SessionFinding:
    """Return the session that counts (rule 2); there is at least one."""
    in_order = sorted(sessions, key=lambda each: (each.fact.start, each.fact.end, each.fact.session))
    telling = [each for each in in_order if each.auth.unjudged != "no-auth-seen"]
    return (telling or in_order)[-1]


class Verified(NamedTuple):
    """The verdict on a test: the session that counts, all of the test, and the device, as it was judged with it."""

    finding: SessionFinding
    sessions: tuple[SessionFinding, ...]
    device: DeviceFinding
    known: Catalogue
    redact: Redactor

    @property
    def verdict(self) -> Verdict:
        """Return what the session says, in the words for devices."""
        if self.finding.auth.family == "basic":
            return "affected" if self._affected else "basic-elsewhere"
        return VERDICT_OF[self.finding.auth.family]

    @property
    def judged(self) -> bool:
        """Say whether the session could be judged."""
        return self.finding.auth.unjudged is None

    def headline(self) -> str:
        """Return the verdict in a sentence."""
        mask = personal.of_session(self.finding, self.redact)
        return f"{who(self.device, self.finding.fact.client_ip, self.redact)} {mask.text(self._headline())}."

    def sections(self) -> Iterator[tuple[str, list[str]]]:
        """Give what stands below it: headings and their lines, some without any."""
        finding, mask = self.finding, personal.of_session(self.finding, self.redact)
        fact = finding.fact
        yield "Why", [mask.prose(finding.auth.reason) or ""]
        yield "What became of it", [mask.words(each) for each in self._outcome(finding.auth)]
        yield "Also in this test", list(self._others())
        seen = [session_words.quality(fact)] if faults(fact.quality) else []
        unchecked = auth_words.not_checked([finding.title] if finding.auth.unverified_service else [])
        yield "How sure that is", [*unchecked, *seen]
        ends = f"from port {fact.client_port} to {fact.server}"
        yield "Session", [f"{fact.session}, {local(fact.start)}, {ends}"]
        yield "In Wireshark", [display_filter(fact)]
        yield "Next", [self._next()]

    def lines(self) -> list[str]:
        """Return all of it as plain lines, each with its heading, for where there is no page."""
        below = (f"{name}: {line}" for name, lines in self.sections() for line in lines)
        return [for_terminal(line) for line in (self.headline(), *below)]

    @property
    def _affected(self) -> bool:
        return self.known.service(self.finding.service).affected

    def _headline(self) -> str:
        auth, to = self.finding.auth, self.finding.title or self.finding.fact.server
        if auth.unjudged:
            front = auth_words.front_runner(auth)
            return f"could not be judged at {to}: {UNJUDGED_WORDS[auth.unjudged]}{f'; {front}' if front else ''}"
        if auth.family == "none":
            if auth.mail_accepted is False:
                return f"tried to mail to {to} without AUTH, {_basis(auth)}, and was refused"
            return f"mailed to {to} without AUTH, {_basis(auth)}: no password, so the end of Basic does not hit it"
        how = f"with {_named(auth)}, {_basis(auth)}"
        if auth.outcome == "success":
            return f"logged in to {to} {how}: {self._means()}"
        if auth.outcome == "failure":
            return f"tried to log in to {to} {how}, and was refused: {self._means()}"
        return f"tried to log in to {to} {how}; whether it succeeded was not seen: {self._means()}"

    def _means(self) -> str:
        """Return what the family means for the device."""
        family, works = self.finding.auth.family, self.finding.auth.outcome == "success"
        if family == "basic":
            return "still affected" if self._affected else "Basic, but not to Exchange Online: not hit by its date"
        if family == "oauth":
            return "migrated, will keep working" if works else "it uses OAuth, but that does not work yet"
        return "not Basic: not hit by its end"

    def _outcome(self, auth: AuthFinding) -> Iterator[str]:
        """Give what the server said to it, what is behind that, and whether mail was taken."""
        if auth.outcome == "failure" and auth.reply:
            yield f"The server said: {auth.reply}"
        if auth.mail_accepted is not None:
            reply = f": {auth.mail_reply}" if auth.mail_reply else ""
            yield "Mail: accepted" if auth.mail_accepted else f"Mail: refused{reply}"
        if self._cause:
            yield f"Likely the cause: {fix(self._cause)}"

    @property
    def _cause(self) -> Reply | None:
        """Return what is behind a refusal: by its words, else by its length."""
        auth = self.finding.auth
        reply = auth.reply if auth.outcome == "failure" else auth.mail_reply
        found = self.known.refusal(reply) if reply else None
        return found or (self.known.reply(auth.likely_refusal) if auth.likely_refusal else None)

    def _others(self) -> Iterator[str]:
        """Tell of the test's other connections, and of the device where it says something else than the session."""
        for each in self.sessions:
            if each.fact.session != self.finding.fact.session:
                told = personal.of_session(each, self.redact).words(session_words.short_form(each.auth))
                hour = local(each.fact.start).split(" ")[1]
                yield f"{hour} {each.title or each.service}, port {each.fact.server_port}: {told}"
        if self.judged and self.device.verdict != self.verdict:
            yield f"the device as a whole, by all that was heard of it: {VERDICT_WORDS[self.device.verdict]}"

    def _next(self) -> str:
        auth = self.finding.auth
        if auth.unjudged:
            return f"{UNJUDGED_NEXT[auth.unjudged]}."
        if auth.family == "basic":
            way = next((each.text for each in self.device.advice if each.code.startswith("way-")), None)
            if not self._affected:
                return "nothing on account of the date: it is another server's. 'sniffer explain' says what is amiss."
            return way or "choose a way out: 'sniffer explain' lists them for this device, 'sniffer deadlines' for all."
        if auth.family == "oauth":
            return "nothing." if auth.outcome == "success" else f"{NEXT_OAUTH_FAILED}."
        if auth.family == "none" and auth.mail_accepted is False:
            return "the server wants a login, or a rule that lets this address relay; then send the test again."
        return "nothing on account of Basic."


def who(device: DeviceFinding, address: str, redact: Redactor) -> str:
    """Return an address, and what is known of whose it is."""
    made = " ".join(part for part in (device.vendor, personal.of_device(device, redact).text(device.model)) if part)
    about = ", ".join(part for part in (redact.host(device.name), made) if part)
    return f"{address} ({about})" if about else address


def _named(auth: AuthFinding) -> str:
    kind = KINDS[auth.family]
    return f"{auth.mechanism} ({kind})" if auth.mechanism else kind


def _basis(auth: AuthFinding) -> str:
    words = auth_words.basis(auth)
    return f"read {words}" if auth.basis == "clear" else words


def tell(page: Page, told: Verified) -> None:
    """Write a verdict."""
    page.title(told.headline())
    for name, lines in told.sections():
        page.section(name, lines)


# -- while nothing is there to judge -----------------------------------------------------------------


def waiting_line(word: str, sign: Sign, sessions: int, waited: int) -> str:
    """Return what is known while one waits, in a line."""
    heard = [*_signs(sign, timed=False)] or ["nothing heard of it yet"]
    if sessions:
        heard = [f"{number_of(sessions, 'session')} heard, waiting whether another follows"]
    return for_terminal(f"waiting {clock(waited)} for {word}: {'; '.join(heard)}")


def _signs(sign: Sign, *, timed: bool = True) -> Iterator[str]:
    if sign.open:
        yield f"{number_of(sign.open, 'connection')} to a mail port open, not ended yet"
    if sign.seen is not None:
        yield "it is on the wire" + (f" (last heard {local(sign.seen).split(' ')[1]})" if timed else "")
    if sign.asked:
        yield f"it asked DNS for {', '.join(sign.asked[-3:])}"


def nothing_heard(word: str, sign: Sign, waited: int, others: int, ports: tuple[int, ...]) -> list[str]:
    """Return what to say when a wait ends without a session; ``others`` are the sessions of other devices meanwhile."""
    return [for_terminal(line) for line in _nothing(word, sign, waited, others, ports)]


def _nothing(word: str, sign: Sign, waited: int, others: int, ports: tuple[int, ...]) -> Iterator[str]:
    yield f"No session of {word} was seen in {clock(waited)}."
    heard = [*_signs(sign)]
    where = ", ".join((*sign.addresses, *sign.cards))
    yield (
        f"What was heard of it: {'; '.join(heard)}{f' ({where})' if where else ''}."
        if heard
        else ("Nothing at all was heard of it.")
    )
    if sign.open:
        yield "A session is judged when its connection has ended: wait for that, then look at the report."
        return
    if "@" in word:
        yield "A mailbox shows only where a login is read in clear: name the device by its address or name."
    if not others:
        yield "No other device mailed either: is this the right span, are both directions mirrored?"
    if heard:
        listed = ", ".join(map(str, ports))
        yield f"Check the device's mail settings: its server, its port (we hear {listed}), and that the test was sent."
    else:
        yield "Check: is its port mirrored, is its VLAN on this span, is that still its address or name?"
