"""Why a session was judged as it was, in words that a reader can check in Wireshark.

``12>18, 4k+2>18, 4k+2>37`` are the turns behind the EHLO: bytes of text that the client sent, and that the server
answered; of the client's only fixed commands are told by their length (``notation``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sniffer.inference.attempts import Tried
from sniffer.inference.delays import remark
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.notation import DOUBT, FIXED, masked, may_be_base64, may_be_secret, said, told
from sniffer.inference.plaintext import protection
from sniffer.inference.reading import Said, Step
from sniffer.inference.start import start
from sniffer.knowledge import reply_lengths
from sniffer.model.facts import SessionFact
from sniffer.model.findings import Unjudged

MOST_TURNS = 8
"""Turns that a reason spells out."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")

REFUSALS: tuple[reply_lengths.Symbol, ...] = ("auth-refused", "mechanism-refused")
"""Refusals of an attempt: of what was said, or of the mechanism."""


RENEGOTIATED = "TLS was renegotiated, and what followed cannot be told apart"


class Why(NamedTuple):
    """Why nothing was heard: the code and the words."""

    code: Unjudged
    text: str


def why_not(fact: SessionFact) -> Why:
    """Return why a session inside TLS could not be read at all."""
    code, text = _unseen(fact) or _unread(fact)
    return Why(code, f"{fact.server}: {text}")


def _unseen(fact: SessionFact) -> Why | None:
    """Return what of the connection is missing, None where its cipher is known and its records are there."""
    tls, shape = fact.tls, fact.shape
    if fact.quality.one_sided:
        return Why("one-sided", "only one direction was captured")
    if tls is None or tls.cipher is None or (shape is None and not (tls.complete and tls.offered)):
        if fact.quality.start_seen:
            return Why("tls", "the TLS handshake was not seen whole")
        return Why("late", "the capture joined this connection late, and the cipher that TLS agreed on is not known")
    if shape is None and fact.quality.gap_bytes:
        return Why("gap", "bytes are missing where the records inside TLS began")
    return Why("gap", "bytes are missing before AUTH or MAIL inside TLS") if shape and shape.cut == "gap" else None


def _unread(fact: SessionFact) -> Why:
    """Return why records that were seen were not read."""
    tls, shape = fact.tls, fact.shape
    how = protection(tls) if tls else None
    if how is None:
        return Why("tls", f"how long a text {tls.cipher if tls else None} makes of a record is not known")
    if shape and shape.cut == "renegotiation":
        return Why("ambiguous", RENEGOTIATED)
    spoke = shape is not None and any(half.from_client for half in shape.half_turns)
    if how.hides_type and shape and spoke and start(shape.half_turns, how, fact.speech.hello_octets) is None:
        return Why("tls", "the records inside TLS 1.3 are padded, or their beginning is not plain: not readable")
    return Why("no-auth-seen", "the connection ended behind the TLS handshake, before AUTH or MAIL")


def reason_of(
    fact: SessionFact,
    heard: Hidden,
    ear: Ear,
    path: tuple[Step, ...] | None,
    attempt: Tried | None = None,
    *,
    named: bool = True,
    settled: bool = True,
) -> str:
    """Return why a session, or one attempt of it, was judged so; without a path why it was not.

    ``named`` says that the attempt's mechanism is told too, ``settled`` that what became of it is.
    """
    if path is None:
        return _undecided(fact, heard)
    shown = attempt or next(iter(reversed(ear.tried(path))), None)
    if shown is None:
        return _without_auth(fact, heard, ear, path)
    turns = _turns(heard, ear, path, shown.first, shown.end)
    before = f"after {_many(shown.first)}" if shown.first else "after EHLO"
    many, end = _many(shown.end - shown.first), _last_word(fact, heard, path, shown, settled=settled)
    name = _name(shown) if named else f"most likely {_name(shown)}"
    late = remark(fact, heard.turns[shown.end - 1])
    return f"{turns}: {name} in {many} {before} inside TLS ({fact.server}){end}{late}"


def _many(turns: int) -> str:
    number = NUMBERS[turns] if turns < len(NUMBERS) else str(turns)
    return f"{number} turn{'' if turns == 1 else 's'}"


def _name(attempt: Tried) -> str:
    mechanism = "an AUTH exchange" if attempt.form.mechanism == "OTHER" else f"AUTH {attempt.form.mechanism}"
    return f"{mechanism} with initial response" if attempt.form.initial else mechanism


def _turns(heard: Hidden, ear: Ear, path: Sequence[Step], first: int, end: int) -> str:
    """Return turns as they were read."""
    places = range(first, min(end, len(path)))
    doubtful = {place for place in places if path[place].client in FIXED and may_be_base64(heard.said[place].client)}
    if doubtful and not _surely_without(heard, ear):
        read = ear.meanings(heard)
        doubtful = {place for place in doubtful if may_be_secret(read[place])}
    else:
        doubtful.clear()
    return ", ".join(said(heard.said[place], path[place].client, doubtful=place in doubtful) for place in places)


def _surely_without(heard: Hidden, ear: Ear) -> bool:
    """Say whether there was hardly an AUTH, as far as the reading is right."""
    known = sum(value for _, value in heard.reading.states)
    return sum(value for state, value in heard.reading.states if ear.family(state) != "none") < DOUBT * known


def _last_word(fact: SessionFact, heard: Hidden, path: Sequence[Step], attempt: Tried, *, settled: bool) -> str:
    """Say how the last reply of an attempt was understood."""
    reply = heard.said[attempt.end - 1].server
    if reply is None or attempt.result == "open":
        return "; its last word was not seen"
    if not settled:
        return f"; whether {told(reply)} was a 235 or a refusal is open"
    how = "235" if attempt.result == "accepted" else "refusal"
    known = _known(fact, attempt, reply.least) if reply.exact else None
    if known:
        return f", and {told(reply)} is {known}"
    if attempt.result == "accepted" and any(step.server in ("queued", "queued-bye") for step in path[attempt.end :]):
        return f"; a mail was taken after the reply of {told(reply)}, so that was most likely a {how}"
    return f"; {told(reply)} was most likely a {how}"


def _known(fact: SessionFact, attempt: Tried, length: int) -> str | None:
    """Return whose known words have this length."""
    wanted = ("accepted",) if attempt.result == "accepted" else REFUSALS
    profile = reply_lengths.greeting_profile(fact.speech.banner) if fact.speech.banner else None
    if profile is None:
        return None
    fits = [reply for reply in profile.replies if reply.symbol in wanted and reply.fits(length, length)]
    exact = [reply for reply in fits if reply.length] or fits
    if not exact:
        return None
    texts = sorted({reply.text for reply in exact})
    return f"the length of {profile.name}'s {texts[0]!r}" + (f" or {len(texts) - 1} more" if len(texts) > 1 else "")


def _without_auth(fact: SessionFact, heard: Hidden, ear: Ear, path: Sequence[Step]) -> str:
    turns = _turns(heard, ear, path, 0, MOST_TURNS)
    return f"{turns}: MAIL follows EHLO inside TLS, and nothing that could be AUTH ({fact.server})"


def _undecided(fact: SessionFact, heard: Hidden) -> str:
    if heard.dialogue.cut == "renegotiation":
        return f"{fact.server}: {RENEGOTIATED}"
    turns = ", ".join(
        f"{masked(turn.client)}>{told(turn.server) if turn.server else '–'}" for turn in heard.said[:MOST_TURNS]
    )
    if not turns:
        return f"{fact.server}: nothing followed EHLO inside TLS"
    return f"{turns} ({fact.server}): these turns inside TLS may be more than one thing"


def refusal_of(
    fact: SessionFact,
    path: Sequence[Step],
    turns: Sequence[Said],
    symbol: reply_lengths.Symbol,
    *,
    oauth: bool = False,
) -> str | None:
    """Return the cause that the length of a refusal points to; None where it points to none, or to several.

    ``oauth`` says that a token was refused: only then can the words be about one.
    """
    wanted = ("refused", "unknown-mechanism") if symbol == "auth-refused" else ("mail-refused",)
    banner = fact.speech.banner
    reply = next((turn.server for turn, step in zip(turns, path, strict=False) if step.server in wanted), None)
    if banner is None or reply is None or not reply.exact:
        return None
    profile = reply_lengths.greeting_profile(banner)
    if profile is None:
        return None
    of = REFUSALS if symbol == "auth-refused" else (symbol,)
    fits = [each for each in profile.replies if each.symbol in of and each.fits(reply.least, reply.least)]
    fits = [each for each in fits if oauth or "XOAUTH2" not in each.text]
    codes = {each.code for each in [each for each in fits if each.length] or fits}
    return codes.pop() if len(codes) == 1 else None
