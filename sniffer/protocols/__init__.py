"""Streams in, facts out: SMTP followed from outside, what it said in clear, and the TLS handshake that it went into.

Where a key log holds a connection's keys, what was said inside TLS is read too.  Each parser answers ``receive``,
``miss`` and ``close`` (``model.events.Watcher``), never raises, and gives immutable facts.  Passwords, tokens and keys
stop here: nothing that this room gives contains one, nor its length.  Touches nothing of the world.
"""

from sniffer.protocols.smtp import SmtpSession
from sniffer.protocols.tls_keys import KeyLog

__all__ = ["KeyLog", "SmtpSession"]
