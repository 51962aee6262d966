"""One session: how did it authenticate, and if that cannot be known, why not."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from msgspec.structs import replace

from sniffer.inference.clear import clear_auth
from sniffer.inference.decrypted import decrypted_auth
from sniffer.inference.explained import dialogue_of
from sniffer.inference.field_check import Checked, checked
from sniffer.inference.field_lessons import Truth
from sniffer.inference.habits import Habits
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.inferred import Context, inferred_auth
from sniffer.inference.parties import PartiesOf, Site
from sniffer.inference.remarks import Seen, remarks
from sniffer.inference.starttls import handshake_failed, starttls_of
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.services import Service
from sniffer.model.facts import SessionFact, StartTls
from sniffer.model.findings import AuthFinding, DialogueFinding, SessionFinding


class Judge:
    """Judges sessions one by one, knowing the site and the services of the world."""

    def __init__(self, site: Site, catalogue: Catalogue) -> None:
        self._site = site
        self._catalogue = catalogue
        self._parties = PartiesOf(site, catalogue)

    @cached_property
    def _ear(self) -> Ear:
        """Who reads dialogues inside TLS: made for the first, since its tables take a tenth of a second."""
        return Ear(profiles=self._site.profiles)

    def session(self, fact: SessionFact, auth: AuthFinding | None = None) -> SessionFinding:
        """Say what a session means; ``auth`` is how it authenticated, where that was asked before."""
        parties = self._parties.of(fact)
        server, service = parties.server, parties.server.service
        starttls = starttls_of(fact)
        return SessionFinding(
            fact=fact,
            device=parties.device,
            owner=parties.owner,
            direction=parties.direction,
            scope=parties.scope,
            service=service.code,
            title=service.name,
            name=server.name,
            name_basis=server.basis,
            starttls=starttls,
            auth=auth or self._auth(fact, starttls, service),
            public_ip=self._parties.servers.public_ip(fact, server),
            findings=remarks(Seen(fact, server, starttls, parties.uneven, self._catalogue)),
        )

    def auth(self, fact: SessionFact) -> AuthFinding:
        """Say how a session authenticated."""
        return self._auth(fact, starttls_of(fact), self._parties.servers.server(fact).service)

    def learn(self, facts: Iterable[SessionFact]) -> None:
        """Take sessions of each server once, to learn how it says what it says inside TLS."""
        habits = Habits()
        for fact in facts:
            heard = self._hear(fact)
            if heard is not None:
                self._ear.teach(habits, fact, heard)
        if habits.any:
            self._ear.learn(habits)

    def dialogue(self, fact: SessionFact) -> DialogueFinding | None:
        """Return the dialogue inside a session's TLS, as it was read; None where none was."""
        heard = self._hear(fact)
        return dialogue_of(fact, heard, self._ear) if heard is not None else None

    def checked(self, fact: SessionFact, truth: Truth) -> Checked:
        """Hold what is inferred of a session, without what keys show of it, against what is known to be true.

        Raises ``ValueError`` where profiles are known: a check has to be blind.
        """
        if self._site.profiles:
            raise ValueError("a check has to be blind: judge without profiles")
        blind = replace(fact, inside=None)
        return checked(self.session(blind), self._hear(blind), self._ear, truth)

    def _hear(self, fact: SessionFact, service: Service | None = None) -> Hidden | None:
        if fact.shape is None or handshake_failed(fact):
            return None
        service = service or self._parties.servers.server(fact).service
        return self._ear.hear(fact, service.code)

    def _auth(self, fact: SessionFact, starttls: StartTls, service: Service) -> AuthFinding:
        """Judge by what keys show, by the records inside TLS, or by what was said in clear."""
        opened = decrypted_auth(fact)
        if opened is not None:
            return opened
        hidden = fact.speech.encrypted and not handshake_failed(fact)
        clear = clear_auth(fact, starttls) if fact.speech.attempts or not hidden else None
        if clear is not None and (not hidden or clear.outcome == "success"):
            return clear
        context = Context(service.code, self._site.checked.get(service.code))
        inferred = inferred_auth(fact, self._hear(fact, service), self._ear, context)
        return joined(clear, inferred) if clear is not None else inferred


def joined(clear: AuthFinding, inferred: AuthFinding) -> AuthFinding:
    """Return what a session means that went into TLS: what was tried in clear before was not accepted."""
    if not clear.attempts:
        return inferred
    if not inferred.attempts:
        return clear
    return replace(inferred, attempts=(*clear.attempts, *inferred.attempts))
