"""What a site profile adds to what sessions of this run show of a server: both are counts of reply lengths.

A refusal that was kept without the name of its front end gets the length of the one that greets now.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sniffer.inference.replies import Learnt
from sniffer.knowledge.reply_lengths import host_length
from sniffer.knowledge.site_profile import SiteProfile
from sniffer.model import limits


class SiteReplies:
    """Adds a service's profile to what was learnt of each of its servers."""

    def __init__(self, profiles: Mapping[str, SiteProfile]) -> None:
        """``profiles`` are by their services' codes."""
        self._profiles = profiles
        self._joined = lru_cache(limits.SITE_REPLIES)(self._join)

    def beside(self, learnt: Learnt, service: str | None, banner: str | None) -> Learnt:
        """Return what was learnt of a server together with the profile of its service."""
        if service is None or service not in self._profiles:
            return learnt
        return self._joined(learnt, service, host_length(banner) if banner else None)

    def _join(self, learnt: Learnt, service: str, host: int | None) -> Learnt:
        counts = {(symbol, length): times for symbol, length, times in learnt.counts}
        for reply in self._profiles[service].replies:
            if reply.beyond_host and host is None:
                continue  # a front end that does not say its name: how long this reply is cannot be told
            key = reply.symbol, reply.octets + (host if reply.beyond_host and host else 0)
            counts[key] = counts.get(key, 0) + reply.times
        joined = ((*key, min(times, limits.LEARNT_TIMES)) for key, times in counts.items())
        return Learnt(tuple(sorted(joined)))
