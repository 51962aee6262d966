"""The oddities that the parsers name.  A text never quotes a line of the client: it may be a secret."""

from __future__ import annotations

from sniffer.model import limits
from sniffer.model.events import Anomaly

ANOMALIES: dict[str, str] = {
    "banner-unfinished": "the server's greeting had no line end",
    "client-silent": "no byte of the client was seen",
    "command-unknown": "the client sent a line that is no known SMTP command",
    "command-masked": "a firewall blotted out a command of the client (XXXX)",
    "control-characters": "a name or a reply contains control characters",
    "line-too-long": f"a line had more than {limits.LINE_BYTES} bytes; the rest of it was skipped",
    "name-too-long": f"the EHLO name had more than {limits.NAME_CHARACTERS} characters; the rest was cut",
    "not-smtp": "neither side spoke SMTP",
    "reply-masked": "a firewall blotted out a part of the server's reply (XXXXXXXA or ****)",
    "reply-malformed": "the server sent a line that is no SMTP reply",
    "reply-unexpected": "the server sent a reply that does not fit the command before it",
    "auth-not-offered": "the client tried AUTH although the server's EHLO reply did not list it",
    "auth-too-many": f"more than {limits.ATTEMPTS} AUTH attempts; only the last were kept",
    "auth-cancelled": "the client cancelled an AUTH exchange with '*'",
    "auth-abandoned": "the client sent a command in place of an AUTH answer",
    "auth-no-mechanism": "the client sent AUTH without a mechanism",
    "server-silent": "no byte of the server was seen",
    "alpn-unreadable": "the client's ALPN names contain control characters, or are too many; those were left out",
    "certificate-cut": "the certificate's names are too long, too many or contain control characters; those were cut",
    "certificate-unreadable": "the server's certificate could not be read",
    "sni-address": "the client asked for the server by an address in place of a name (RFC 6066 3 forbids it)",
    "sni-unreadable": "the server name that the client asked for is empty, too long or contains control characters",
    "tls-answered-in-clear": "the server accepted STARTTLS, and answered the TLS handshake with text",
    "tls-endless": f"the TLS handshake was not over after {limits.HANDSHAKE_PIECES} records and messages of one side",
    "tls-malformed": "one side of the TLS handshake broke the rules and could not be followed",
    "tls-message-too-long": f"a TLS message had more than {limits.HANDSHAKE_BYTES} bytes and was passed over",
    "tls-to-smtp": "the client spoke TLS from the first byte to a server that speaks SMTP in clear",
    "tls-undecryptable": "there are keys for this session, but from some record on they do not open what was said",
    "tls-unreadable": "bytes followed STARTTLS that are neither TLS nor SMTP",
}  # fmt: skip
"""Code, and what it means."""


def anomaly(code: str) -> Anomaly:
    """Return the anomaly of this code.  Raises ``KeyError`` for a code without a row."""
    return Anomaly(code, ANOMALIES[code])
