"""What went on inside TLS: a session's records are read as a dialogue, without keys.

Rules of this file:
1. A client that does not say the EHLO again that it said in clear may have said another, or none, or more in the same
   breath: all are weighed.
2. What the server is known to offer inside TLS makes other mechanisms unlikely, never impossible: clients try them.
3. The same dialogue with the same server is read once, and the same records are judged once: what is judged depends on
   nothing of a session but ``Key``, and how long its replies took; nor does it tell how long a long message was to the
   byte, so of two mails of a device the second is known (``content``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import log
from operator import itemgetter
from typing import NamedTuple

from sniffer.inference.attempts import Tried, tried
from sniffer.inference.beginnings import HELLO_AND_MORE, joined, weighed
from sniffer.inference.calibration import sharpened
from sniffer.inference.content import Content, content_of
from sniffer.inference.grammar import Grammar, State
from sniffer.inference.habits import CERTAIN, Habits, Server
from sniffer.inference.lengths import LONGEST_SAID, Lengths
from sniffer.inference.offers import may_be_same_list, may_offer, offered_by
from sniffer.inference.outcomes import last_words
from sniffer.inference.reading import Reader, Reading, Said, Step
from sniffer.inference.reading_turns import Meaning, meanings
from sniffer.inference.replies import NOTHING_LEARNT, Learnt, ReplyTables
from sniffer.inference.site_replies import SiteReplies
from sniffer.inference.turns import LONGEST_LIST, SHORTEST_LIST, Dialogue, Records, Turn, dialogue, records
from sniffer.knowledge.auth_lines import listed_services
from sniffer.knowledge.dialogue import Form, Model, model
from sniffer.knowledge.exchange_replies import promised
from sniffer.knowledge.site_profile import SiteProfile
from sniffer.model import limits
from sniffer.model.facts import Family, SessionFact
from sniffer.model.findings import AuthFinding

NOT_OFFERED = 0.1
"""How much less likely a mechanism is that the server does not offer inside TLS; some clients try all the same."""

NOT_TAKEN = 0.01
"""How much less likely still it is that the server accepts one, or takes a mail where it demands AUTH."""

TAKES_MAIL = frozenset(
    ("mail-accepted", "envelope-accepted", "envelope-half-accepted", "everything-accepted", "echoed")
)
"""Replies with which a server takes a sender.  One that demands AUTH says them to nobody who has not logged in."""

PERHAPS_NOT_OFFERED = 0.3
"""The same where the list is told by its length alone, of a server that we do not know, or may be the one in clear."""

NOT_OFFERED_IN_CLEAR = 0.5
"""The same where only the list in clear is known: inside TLS there are often more."""

HELLO_AGAIN = 0.7
"""How likely a first turn is an EHLO if its answer is as long as the list in clear, though it has another length."""

HELLO_BEHIND_GREETING = 0.995
"""The same where the server greeted first, inside TLS from the first byte."""

HELLO_SAME = 0.9
"""How likely an EHLO or HELO inside TLS is as long as the EHLO in clear."""

HELO_REPLY = 0.1 / 80
"""Likelihood of a length of up to 90 bytes for a reply without a list: the share of HELO, spread over what is usual."""

HOST = re.compile(r"220[ -](\S+)")
"""A banner; a HELO is answered with the same host (RFC 5321 4.1.1.1)."""

NAMELESS = 0.1
"""Share of servers that leave their name out of that reply."""

LONGEST_HELO_REPLY = 90
"""Bytes of the reply to a HELO: a host name and some words."""

LIST_SHARE = 1.0 / (LONGEST_LIST - SHORTEST_LIST)
"""Likelihood of a list's length, where any difference to the clear one is as good as another."""


class Key(NamedTuple):
    """All that the reading of a session depends on; ``words`` are what its banner promises."""

    records: Records
    server: Server
    words: object
    service: str | None
    offered: tuple[str, ...] | None
    end_seen: bool


class Hidden(NamedTuple):
    """A dialogue inside TLS, and what it was read as.

    ``said`` are the turns that were read: all behind the EHLO, or from the first where that seems to be none.
    ``families`` are the families' probabilities, ``odd`` is that of none of them.  ``replies`` are the lengths that
    were expected of the server, ``offered`` the mechanisms that it lists, None where that is not known.  ``ended``
    says that the end was seen, ``exact`` that lengths were known to the byte.  ``judged`` are the judgements, by what
    delays said.
    """

    dialogue: Dialogue
    said: tuple[Said, ...]
    reading: Reading
    families: Mapping[Family, float]
    odd: float
    replies: Lengths
    offered: tuple[str, ...] | None
    ended: bool
    exact: bool
    judged: dict[object, AuthFinding]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Return the turns that were read."""
        found = self.dialogue
        return (found.hello, *found.turns) if found.hello and len(self.said) > len(found.turns) else found.turns

    @property
    def front(self) -> tuple[Family | None, float]:
        """Return the most probable family and its probability; None where nothing known explains the dialogue."""
        best = max(self.families, key=self.families.__getitem__, default=None)
        if best is None or self.families[best] <= self.odd:
            return None, self.odd
        return best, min(self.families[best], 1.0)  # a sum of rounded shares


class Ear:
    """Reads sessions."""

    def __init__(
        self,
        known: Model | None = None,
        *,
        texts: bool = True,
        profiles: Mapping[str, SiteProfile] = {},
    ) -> None:
        """``texts`` as in ``ReplyTables``, ``profiles`` as in ``SiteReplies``."""
        known = known or model()
        client = Lengths(known.client, {}, LONGEST_SAID)
        self._tables = ReplyTables(known, texts=texts)
        self.grammar = Grammar(known, client.symbols, self._tables.of(None).symbols)
        self.reader = Reader(self.grammar, client)
        self._client = client
        self._sharpness = known.sharpness
        self._learnt: Mapping[Server, Learnt] = {}
        self._site = SiteReplies(profiles)
        self._heard: dict[Key, tuple[Hidden | None]] = {}
        self._known: dict[Content, Hidden] = {}
        self._replies: dict[tuple[Server, object, str | None], Lengths] = {}
        self._offers: dict[tuple[tuple[str, ...], float], tuple[float, ...]] = {}
        forms = self.grammar.forms
        self._family: dict[State, Family] = {
            state: "none" if state.form < 0 else forms[state.form].family for state in self.grammar.states
        }
        self.tried = lru_cache(limits.PATHS_REMEMBERED)(self._tried)

    def hear(self, fact: SessionFact, service: str | None = None) -> Hidden | None:
        """Read a session with a service (a code of ``services.toml``); None where no text can be found in it."""
        seen, speech = records(fact), fact.speech
        if seen is None:
            return None
        server = fact.server_ip, fact.server_port
        key = Key(seen, server, words_of(speech.banner), service, speech.offered, fact.quality.end_seen)
        found = self._heard.get(key)
        if found is None:
            heard = self._hear(fact, key)
            if len(self._heard) >= limits.DIALOGUES_REMEMBERED:
                self._heard.clear()
            found = self._heard[key] = (heard,)
        return found[0]

    def _hear(self, fact: SessionFact, key: Key) -> Hidden | None:
        """Read a session; of it nothing may be asked here that is not in ``Key``."""
        found = dialogue(key.records)
        if found is None or not (found.turns or found.hello):
            return None
        content = content_of(found, key.records, key[1:])
        known = self._known.get(content)
        if known is None:
            if len(self._known) >= limits.DIALOGUES_REMEMBERED:
                self._known.clear()
            known = self._known[content] = self._anew(fact, found, content, key)
        return known._replace(dialogue=found)

    def _anew(self, fact: SessionFact, found: Dialogue, content: Content, key: Key) -> Hidden:
        """Read a dialogue; of the session and of it nothing may be asked here that is not in its content."""
        speech, service = fact.speech, key.service
        replies = self._replies_of(fact, key)
        offered = offered_by(fact, found, service) if service in listed_services() else None
        hint = offered_by(fact, found) if offered is None else None
        inside = may_offer(fact, found, service) if offered is None and service in listed_services() else offered
        factors = self._factors(inside, hint, speech.offered, same=may_be_same_list(fact, found))
        ended = key.end_seen and found.cut is None
        reading, said = self._read(fact, content, replies, factors, ended=ended)
        powers = self._sharpness["exact" if found.exact else "range"]
        families = self._families(reading)
        if service in listed_services() and self._takes_mail(reading, said, replies):
            families["none"] *= NOT_TAKEN
        families, odd = sharpened(families, reading.odd, powers)
        return Hidden(found, said, reading, families, odd, replies, offered, ended, found.exact, {})

    def _replies_of(self, fact: SessionFact, key: Key) -> Lengths:
        """Return how long a server's replies are by what its banner promises and what was learnt of it."""
        of = key.server, key.words, key.service
        replies = self._replies.get(of)
        if replies is None:
            banner, learnt = fact.speech.banner, self._learnt.get(key.server, NOTHING_LEARNT)
            replies = self._tables.of(banner, self._site.beside(learnt, key.service, banner))
            if len(self._replies) >= limits.SERVER_TABLES or not self.reader.has_room(replies):
                self._forget()
            self._replies[of] = replies
        return replies

    def family(self, state: State) -> Family:
        """Return the family of a state's last attempt."""
        return self._family[state]

    def form_of_command(self, client: str) -> Form:
        """Return the first form that a command of AUTH begins, by its symbol: all have its mechanism."""
        return next(form for form in self.grammar.forms if client in (form.last, *(step.client for step in form.steps)))

    def ends(self, heard: Hidden, family: Family) -> list[tuple[State, float]]:
        """Return the ends of one family, the most probable first."""
        of = self._family
        found = [end for end in heard.reading.states if of[end[0]] == family]
        return sorted(found, key=lambda end: -end[1]) if len(found) > 1 else found

    def path(self, heard: Hidden, end: State) -> tuple[Step, ...]:
        """Return the most probable way to an end."""
        return self.reader.path(heard.reading, heard.said, heard.replies, end)

    def _tried(self, path: tuple[Step, ...]) -> tuple[Tried, ...]:
        """Return the attempts of a path, oldest first."""
        return tuple(tried(path, self.grammar.forms))

    def meanings(self, heard: Hidden) -> list[dict[Meaning, float]]:
        """Return what each turn may have been."""
        return meanings(self.reader, heard.reading, heard.said, heard.replies, ended=heard.ended)

    def teach(self, habits: Habits, fact: SessionFact, heard: Hidden) -> None:
        """Give a session that is clear to what is learnt of its server."""
        front, probability = heard.front
        if front is None or probability < CERTAIN:
            return
        ends = self.ends(heard, front)
        path = self.path(heard, ends[0][0])
        if not path:
            return
        words = last_words(self.grammar, heard.replies, heard.said, path, ends)
        lengths = [turn.server.least if turn.server and turn.server.exact else None for turn in heard.said]
        habits.add((fact.server_ip, fact.server_port), fact.client_ip, path, lengths, words)

    def learn(self, habits: Habits) -> None:
        """Expect of servers what was learnt of them, from now on."""
        self._learnt = habits.learnt()
        self._forget()

    def _forget(self) -> None:
        self._replies.clear()
        self._heard.clear()
        self._known.clear()
        self.reader.forget()

    def _read(
        self,
        fact: SessionFact,
        content: Content,
        table: Lengths,
        factors: tuple[float, ...] | None,
        *,
        ended: bool,
    ) -> tuple[Reading, tuple[Said, ...]]:
        """Read a dialogue; where its first turn may be an EHLO or not, both ways."""
        said, opening = content.turns, content.hello
        behind = self._believed(self.reader.read(said, table, factors, ended=ended), factors)
        ways = [(behind, said, 1.0)]
        if not content.anchored and opening is not None:
            whole = (opening, *said)
            without = self._believed(self.reader.read(whole, table, factors, ended=ended), factors)
            prior = HELLO_BEHIND_GREETING if content.greeted else HELLO_AGAIN
            greets = self._greets(fact, opening, table)
            ways = [(behind, said, prior * greets), (without, whole, 1.0 - prior)]
        more = joined(content)
        if more:
            whole = (more, *(said if opening else said[1:]))
            reading = self._believed(self.reader.read(whole, table, factors, ended=ended), factors)
            ways.append((reading, whole, HELLO_AND_MORE * HELLO_SAME * LIST_SHARE))
        return weighed(ways) if len(ways) > 1 else (behind, said)

    def _believed(self, reading: Reading, factors: tuple[float, ...] | None) -> Reading:
        """Return a reading in which who lists what he takes takes nothing else, and odd ways of AUTH are odd."""
        states, odd = [], reading.odd
        for state, value in reading.states:
            if self.family(state) == "unknown":
                odd += value
            elif factors and state.result == "accepted" and factors[state.form] <= NOT_OFFERED:
                states.append((state, value * NOT_TAKEN))
            else:
                states.append((state, value))
        total = sum(value for _, value in states) + odd
        if not total:
            return reading
        believed = tuple((state, value / total) for state, value in states)
        return reading._replace(states=believed, odd=odd / total, evidence=reading.evidence + log(total))

    def _greets(self, fact: SessionFact, opening: Said, table: Lengths) -> float:
        """Return how likely a first turn is if it is an EHLO, or a HELO."""
        speech = fact.speech
        likely = self._client.likelihoods(opening.client)[self._client.symbols.index("hello")]
        if speech.hello_octets is not None and opening.client.least <= speech.hello_octets <= opening.client.most:
            likely = max(likely, HELLO_SAME)
        if opening.server is None:
            return 0.0
        width = opening.server.most - opening.server.least + 1
        if speech.greeted_octets is None:
            return likely * table.likelihoods(opening.server)[table.symbols.index("list")]
        longer = opening.server.most - speech.greeted_octets
        if SHORTEST_LIST <= longer <= LONGEST_LIST + width:
            return likely * min(LIST_SHARE * width, 1.0)
        host = HOST.match(speech.banner or "")
        shortest = len("250 \r\n") + (len(host[1]) if host else 1)
        if opening.server.least > LONGEST_HELO_REPLY:
            return 0.0
        named = opening.server.most >= shortest
        return likely * HELO_REPLY * width * (1.0 if named else NAMELESS)

    def _takes_mail(self, reading: Reading, turns: tuple[Said, ...], table: Lengths) -> bool:
        """Say whether a reading without AUTH has a mail taken, at its most probable."""
        ends = [(value, state) for state, value in reading.states if state.form < 0]
        if not ends:
            return False
        _, end = max(ends, key=itemgetter(0))
        return any(step.server in TAKES_MAIL for step in self.reader.path(reading, turns, table, end))

    def _families(self, reading: Reading) -> dict[Family, float]:
        families: dict[Family, float] = {}
        for state, value in reading.states:
            family = self._family[state]
            families[family] = families.get(family, 0.0) + value
        return families

    def _factors(
        self,
        inside: tuple[str, ...] | None,
        hint: tuple[str, ...] | None,
        clear: tuple[str, ...] | None,
        *,
        same: bool,
    ) -> tuple[float, ...] | None:
        """Return how much less likely each form is by what is offered, None where nothing is known of that."""
        for names, factor in (
            (inside, NOT_OFFERED),
            (hint, NOT_OFFERED if hint and hint == clear else PERHAPS_NOT_OFFERED),
            (clear or None, PERHAPS_NOT_OFFERED if same else NOT_OFFERED_IN_CLEAR),
        ):
            if names is not None:
                found = self._offers.get((names, factor))
                if found is None:
                    found = tuple(
                        1.0 if each.mechanism in names or each.family == "unknown" else factor
                        for each in self.grammar.forms
                    )
                    self._offers[names, factor] = found
                return found
        return None


@lru_cache(limits.SERVER_TABLES)
def words_of(banner: str | None) -> object:
    """Return a banner, or what it promises where it is said anew each time, as Exchange Online's is with its date."""
    promise = promised(banner) if banner else None
    host = HOST.match(banner or "")
    return (promise, len(host[1]) if host else None) if promise else banner
