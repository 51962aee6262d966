"""One session, explained to a person: what it was, why we think so, and the turns that one can follow in Wireshark."""

from __future__ import annotations

from collections.abc import Iterator

from sniffer.model.events import Anomaly
from sniffer.model.findings import TurnFinding
from sniffer.reports import session_words as words
from sniffer.reports.auth_words import label
from sniffer.reports.moments import short, since
from sniffer.reports.page import QUIET, Cell, Page
from sniffer.reports.rows import display_filter
from sniffer.reports.session_words import Story
from sniffer.reports.sureness import percent, telling

COLUMNS = ("Time", "Client bytes", "Server bytes", "Answered\nafter", "Most likely", "Probability")


def explain_session(page: Page, story: Story) -> None:
    """Write all that is known of a session."""
    finding, dialogue = story.finding, story.dialogue
    page.title(words.headline(story))
    page.title(finding.fact.session, QUIET)
    page.section("Session", words.about(story))
    page.section("Verdict", [words.verdict(story), *words.verdict_notes(story)])
    page.section("Why", [story.clean(finding.auth.reason)])
    others = ", ".join(words.rivals(finding.auth, dialogue))
    page.section(words.rivals_heading(finding.auth), [others] if others else [])
    page.section("Attempts, the oldest first", words.attempts(story))
    page.section("Findings", (story.clean(f"{each.code}: {each.text}") for each in _remarks(story)))
    if dialogue and dialogue.turns:
        page.table("Turns inside TLS", COLUMNS, (_turn(each, story) for each in dialogue.turns))
    page.section("How it was read", [*words.measure(story), words.quality(finding.fact)])
    page.section("In Wireshark", [finding.fact.observations[0].file or "", display_filter(finding.fact)])


def _remarks(story: Story) -> Iterator[Anomaly]:
    yield from story.finding.findings
    yield from story.finding.fact.speech.anomalies


def _turn(turn: TurnFinding, story: Story) -> list[Cell]:
    rivals = [(f"or {label(each.label)} {percent(each.probability)}", QUIET) for each in telling(turn.rivals)]
    said = [(f"{arrow} {text}", "") for arrow, text in (("→", turn.what), ("←", turn.reply)) if text]
    return [
        [(since(turn.first), "")],
        _lengths(turn.client, turn.client_records, masked=bool(turn.client) and not turn.fixed),
        _lengths(turn.server, turn.server_records, masked=False),
        [(short(turn.answered) if turn.answered is not None else "–", "")],
        [*((story.clean(text), style) for text, style in said), *rivals],
        [(percent(turn.probability), "")],
    ]


def _lengths(plain: str, records: str, *, masked: bool) -> Cell:
    """Return the length of what was said, and below it those of its records."""
    below = words.records(records, masked=masked)
    return [(plain or "–", ""), *([(below, QUIET)] if below else [])]
