"""The field check for people: each session's truth beside what was inferred, and what was learnt of a service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sniffer.inference.field_check import Agreement, Checked
from sniffer.inference.field_lessons import Truth
from sniffer.knowledge.site_profile import Delay, ReplyLength, ReplySymbol, SiteProfile, Tickets
from sniffer.reports.auth_words import FAMILY_WORDS, OUTCOME_WORDS, front_runner, mechanism, outcome
from sniffer.reports.moments import short, utc
from sniffer.reports.page import QUIET, Cell, Page
from sniffer.reports.sureness import sure
from sniffer.reports.words import UNJUDGED_SHORT, number_of

COLUMNS = ("Session", "Truth", "Inferred", "Turns inside TLS, client>server", "Check")

CHECK_WORDS: dict[Agreement, tuple[str, str]] = {
    "disagreed": ("DISAGREES", "bold red"),
    "could-not-tell": ("could not tell", "magenta"),
    "agreed": ("agrees", "green"),
}
"""How a check ended, and the style of that; the most urgent first."""

MOST_ROWS = 1000
"""Sessions shown; a table is held in memory until its columns are measured."""

NUMBERS = {1: "one record", 2: "two records", 3: "three records"}

REPLIES: dict[ReplySymbol, str] = {
    "prompt": "334, a prompt",
    "go-on": "334 without a word",
    "challenge-cram": "334, the challenge of CRAM-MD5",
    "accepted": "235, a login accepted",
    "refused": "535, a login refused",
    "unknown-mechanism": "504, a mechanism refused",
    "mail-accepted": "250, MAIL accepted",
    "mail-refused": "530 or 550, MAIL refused",
    "recipient-accepted": "250, RCPT accepted",
    "go-ahead": "354, DATA",
    "bye": "221, QUIT",
}
"""What a server says, in the order of a dialogue."""

ANSWERED = {"accepted": "A login is accepted", "refused": "A login is refused"}


def sessions(page: Page, found: Sequence[Checked]) -> None:
    """Write the table of the checked sessions, those that disagree first."""
    order = list(CHECK_WORDS)
    shown = sorted(found, key=lambda each: order.index(each.agreement))[:MOST_ROWS]
    page.table("Checked", COLUMNS, map(_row, shown))
    more = [f"The first {MOST_ROWS:,} of {len(found):,} sessions."] if len(found) > MOST_ROWS else []
    words = (
        "k stands for any number: only commands of a fixed length are told in bytes; of any other message, since it "
        "may hold a password or a token should it be read wrongly, only the class of its length."
    )
    page.section("How to read it", [*more, words, *_untested(found)])


def _untested(found: Iterable[Checked]) -> Iterator[str]:
    """Say so where nobody told what became of a login."""
    if any(each.truth.family != "none" and each.truth.outcome is None for each in found):
        yield (
            "Whether a login was accepted or refused was not tested where nobody told it: --truth basic-success=WHO or "
            "basic-failure=WHO does, and so does a key log."
        )


def _row(each: Checked) -> Sequence[Cell]:
    fact = each.finding.fact
    host = f"[{fact.client_ip}]" if ":" in fact.client_ip else fact.client_ip
    who = [(f"{host}:{fact.client_port}", QUIET), (each.finding.title or fact.server, QUIET)]
    return [
        [(fact.session, ""), *who],
        _truth(each.truth),
        _inferred(each),
        _turns(each),
        [CHECK_WORDS[each.agreement]],
    ]


def _truth(truth: Truth) -> Cell:
    ended = [(OUTCOME_WORDS[truth.outcome], QUIET)] if truth.outcome else []
    return [(FAMILY_WORDS[truth.family], ""), *ended, ("by the key log" if truth.by == "key log" else "as told", QUIET)]


def _inferred(each: Checked) -> Cell:
    auth = each.finding.auth
    if auth.family == "unknown":
        why = UNJUDGED_SHORT[auth.unjudged] if auth.unjudged else ""
        return [("unknown", ""), (front_runner(auth) or why, QUIET)]
    ended = [(outcome(auth, ""), QUIET)] if auth.outcome else []
    surely = [(sure(auth.confidence), QUIET)] if auth.basis == "inferred" and auth.confidence is not None else []
    return [(mechanism(auth), ""), *surely, *ended]


def _turns(each: Checked) -> Cell:
    return [(" ".join(each.turns) or "–", "")]


def disagreement(page: Page, found: Iterable[Checked]) -> None:
    """Write which sessions disagree, and what to do with them; nothing where none does."""
    wrong = [each for each in found if each.agreement == "disagreed"]
    if wrong:
        page.section("What was inferred is NOT what is true", _wrong(wrong))


def _wrong(wrong: Sequence[Checked]) -> Iterator[str]:
    for each in wrong:
        fact, auth = each.finding.fact, each.finding.auth
        files = ", ".join(dict.fromkeys(seen.file for seen in fact.observations if seen.file))
        truth = _with_outcome(FAMILY_WORDS[each.truth.family], each.truth.outcome)
        inferred = _with_outcome(FAMILY_WORDS[auth.family], auth.outcome)
        yield f"{fact.session} ({files}): true is {truth}, inferred was {inferred}"
    yield "Make sure of the truth first: does this session belong to the device and the account that you mean?"
    yield "Until then do not rely on what is inferred for this service."
    yield (
        "Keep the capture. Report the session with its row of the table above, which tells no length of a credential; "
        "do not send the capture itself, which does."
    )


def _with_outcome(family: str, ended: str | None) -> str:
    return f"{family} ({ended})" if ended in ("success", "failure") else family


def learnt(page: Page, title: str, profile: SiteProfile) -> None:
    """Write what a profile holds."""
    page.section(title, [*_counted(profile), *_lines(profile)])


def _counted(profile: SiteProfile) -> Iterator[str]:
    families = ", ".join(f"{each.sessions:,} {FAMILY_WORDS[each.family]}" for each in profile.families)
    newest = utc(round(profile.newest.timestamp() * 1_000_000)).split(".")[0].replace("T", " ")
    yield f"{number_of(profile.sessions, 'session')} ({families}), the newest of {newest} UTC"
    told = f"{profile.agreed:,} agreed, {profile.disagreed:,} disagreed, {profile.could_not_tell:,} could not be told"
    yield f"{told} (sniffer {profile.program})"
    yield _checked(profile)


def _checked(profile: SiteProfile) -> str:
    """Say which families the check speaks for."""
    passed = [FAMILY_WORDS[each.family] for each in profile.families if each.family in profile.checked]
    if not passed:
        return "Checked: nothing; all that is inferred for this service goes on to be called not checked"
    without = " (no session that logs in agreed: nothing of AUTH was tested)" if profile.checked == {"none"} else ""
    return f"Checked: {', '.join(passed)}; what else is inferred for this service is not{without}"


def _lines(profile: SiteProfile) -> Iterator[str]:
    symbols: defaultdict[ReplySymbol, list[ReplyLength]] = defaultdict(list)
    for reply in profile.replies:
        symbols[reply.symbol].append(reply)
    for symbol, words in REPLIES.items():
        if symbol in symbols:
            yield f"{words}: {', '.join(map(_reply, symbols[symbol]))}"
    for each in profile.hello:
        longer = "longer" if each.octets >= 0 else "shorter"
        yield f"EHLO reply: {abs(each.octets):,} bytes {longer} inside TLS than in clear{_often(each.times)}"
    for rows in profile.hello_records:
        yield f"EHLO reply inside TLS: {NUMBERS.get(rows.records, f'{rows.records:,} records')}{_often(rows.times)}"
    yield from map(_tickets, profile.tickets)
    yield from map(_delay, profile.delays)


def _reply(each: ReplyLength) -> str:
    host = " and the front end's name" if each.beyond_host else ""
    return f"{each.octets:,} bytes{host}{_often(each.times)}"


def _tickets(each: Tickets) -> str:
    if not each.octets:
        return f"Before it no ticket of TLS 1.3{_often(each.times)}"
    return f"Before it tickets of TLS 1.3: {', '.join(map(str, each.octets))} bytes{_often(each.times)}"


def _delay(each: Delay) -> str:
    span = f", from {short(each.least)} to {short(each.most)}" if each.times > 1 else ""
    return f"{ANSWERED[each.answer]} in {short(each.median)}{span}{_often(each.times)}"


def _often(times: int) -> str:
    return "" if times == 1 else f" ({times:,} times)"
