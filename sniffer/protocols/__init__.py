"""Streams in, facts out: SMTP followed from outside, what it said in clear, and the TLS handshake that it went into.

Each parser answers ``receive``, ``miss`` and ``close`` (``model.events.Watcher``), never raises, and gives
immutable facts.  Passwords and tokens stop here: nothing that this room gives contains one, nor its
length.  Touches nothing of the world.
"""

from sniffer.protocols.smtp import SmtpSession

__all__ = ["SmtpSession"]
