"""Streams and messages in, facts out: what SMTP said in clear, the TLS it went into, what boxes say of themselves.

SMTP is followed from outside, with how its client words things.  Where a key log holds a connection's keys, what was
said inside TLS is read too.  Each parser of a stream answers ``receive``, ``miss`` and ``close``
(``model.events.Watcher``); an observer of boxes (``observers.OBSERVERS``, a row a protocol) is a pure function of one
message.  None raises for what is said, and all give immutable facts, printable and bounded.  Passwords, tokens and keys
stop here: nothing that this room gives contains one, nor its length; what an evidence capture may show of a session, as
many bytes as were said, is worked out here too (``smtp_clean``).  Touches nothing of the world.
"""

from sniffer.protocols.smtp import SmtpSession
from sniffer.protocols.tls_keys import KeyLog

__all__ = ["KeyLog", "SmtpSession"]
