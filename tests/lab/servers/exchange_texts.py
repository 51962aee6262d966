"""The words of Exchange Online's submission servers, each with how well it is known and from when.

Grades: `V` verbatim in a real log, `D` only in documentation or in somebody's quotation, `N` not found (a guess).
Dates are of the first and the last log that has the text; `None` where no log dates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Text:
    """What is said, without the bracket; `bracketed` when ` [HOST date id]` is put behind it."""

    words: str
    grade: str
    first: str | None
    last: str | None
    bracketed: bool = True


BANNER = Text("220 {leaf}.{domain} Microsoft ESMTP MAIL Service ready at {day} [{id}]", "V", "2024-10-10", "2025-11-23")
BANNER_WITHOUT_ID = Text("220 {leaf}.{domain} Microsoft ESMTP MAIL Service ready at {day}", "V", "2017", "2024-06-27")
DAY = "%a, {day} %b %Y %H:%M:%S +0000"
"""The day of the month is not padded."""
BRACKET = Text("[{host} {stamp} {id}]", "V", "2023-02-20", "2026-08-10")
BRACKET_WITHOUT_ID = Text("[{host}]", "V", "2018-03", "2022-12-02")

HELLO = Text("{leaf}.{domain} Hello [{ip}]", "V", "2017-11-28", "2025-11-23", bracketed=False)
AUTH_LINE = Text("AUTH LOGIN XOAUTH2", "V", "2017-11-28", "2025-11-23", bracketed=False)
"""It stands where STARTTLS stood before TLS, so the reply grows by ten bytes."""
EXTENSIONS = ("SIZE 157286400", "PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "{auth}", "8BITMIME", "BINARYMIME",
              "CHUNKING", "SMTPUTF8")  # fmt: skip

READY = Text("220 2.0.0 SMTP server ready", "V", "2017", "2025", bracketed=False)
PROMPTS = ("VXNlcm5hbWU6", "UGFzc3dvcmQ6")
GO_ON = Text("334 ", "V", "2025-01-12", "2025-01-12", bracketed=False)
SUCCESS = Text("235 2.7.0 Authentication successful", "V", "2022-11", "2025-04-26", bracketed=False)
SENDER_OK = Text("250 2.1.0 Sender OK", "V", "2019", "2025-11", bracketed=False)
RECIPIENT_OK = Text("250 2.1.5 Recipient OK", "V", "2020", "2025-11", bracketed=False)
RESET_OK = Text("250 2.0.0 Resetting", "D", None, None, bracketed=False)
NOTHING_DONE = Text("250 2.0.0 OK", "D", None, None, bracketed=False)
START_INPUT = Text("354 Start mail input; end with <CRLF>.<CRLF>", "V", "2022", "2025-11", bracketed=False)
QUEUED = Text("250 2.0.0 OK {message_id} [Hostname={mailbox_server}]", "V", "2020", "2025-11", bracketed=False)
"""The sender's Message-ID when there is one, else 32 to 40 characters at the mailbox server."""
CHUNK_OK = Text("250 2.1.5 Recipient OK", "N", None, None, bracketed=False)
BYE = Text("221 2.0.0 Service closing transmission channel", "V", "2020", "2025-09", bracketed=False)

NO = "535 5.7.139 Authentication unsuccessful,"
LEARN_MORE = "Visit https://aka.ms/smtp_auth_disabled for more information."
OFF = f"{NO} SmtpClientAuthentication is disabled for the"
ADMIN = "Contact your administrator."
REFUSALS: Mapping[str, Text] = MappingProxyType(
    {
        "unsuccessful": Text("535 5.7.3 Authentication unsuccessful", "V", "2015", "2025-07"),
        "basic": Text(f"{NO} basic authentication is disabled.", "V", "2022-08", "2026-08-10"),
        "credentials": Text(f"{NO} the user credentials were incorrect.", "V", "2022-06", "2026-05-17"),
        "organization": Text(
            f"{NO} the organization configuration doesn't allow this authentication request.", "D", None, None
        ),
        "defaults": Text(
            f"{NO} user is locked by your organization's security defaults policy. {ADMIN}", "V", None, None
        ),
        "criteria": Text(
            f"{NO} the request did not meet the criteria to be authenticated successfully. {ADMIN}",
            "V",
            "2024-01",
            "2026-07",
        ),
        "tenant": Text(f"{OFF} Tenant. {LEARN_MORE}", "V", "2022-11", "2023-09-12"),
        "mailbox": Text(f"{OFF} Mailbox. {LEARN_MORE}", "V", None, "2025"),
        "removed": Text("550 5.7.30 Basic authentication is not supported for Client Submission.", "D", None, None),
    }
)
"""Answers to an AUTH that was carried through."""
DISABLED = ("basic", "organization", "defaults", "criteria", "tenant", "mailbox", "removed")
"""Those that say no to the way of logging in, not to the password."""

UNRECOGNIZED_AUTH = Text("504 5.7.4 Unrecognized authentication type", "V", "2017", "2025-10-09")
NOT_AUTHENTICATED = Text("530 5.7.57 Client not authenticated to send mail.", "V", "2024-10-24", "2026-07-01")
WITH_ERROR = Text(NOT_AUTHENTICATED.words + " Error: {refusal}", "V", "2022", "2026-07")
"""The answer to MAIL after a refused AUTH carries that refusal, whose bracket is the last of the line."""
NEEDS_TLS = Text("451 5.7.3 STARTTLS is required to send mail", "V", "2026-03-05", "2026-03-05")
BAD_NAME = Text("501 5.5.4 Invalid domain name", "V", "2025-04-26", "2025-04-26")
UNRECOGNIZED = Text("500 5.3.3 Unrecognized command '{verb}'", "V", "2025-08-04", "2025-08-04")
CANCELLED = Text("501 5.7.0 Authentication canceled", "N", None, None)

DELAY = 5.0
"""Seconds before a refusal; accepted logins are answered at once (`V`, 2020-11 to 2025-08)."""

DOMAIN, CHINA_DOMAIN = "outlook.office365.com", "partner.outlook.cn"
NUMBERED_FORESTS = ("INDPRD01", "CANPRD01", "namprd05", "eurprd03", "apcprd03", "ausprd01", "jpnprd01", "lamprd80")
FORESTS = ("DEUP281", "EURP251", "NAMP220", "SGPP274", "GBRP265", "FRAP264", "AUSP282", "US7P278", "CHEP278")
NUMBERED_LEAVES = ("BMXPR01CA0083", "YQXPR0101CA0058", "YTXPR0101CA0050", "SN4PR0601CA0002", "VI1PR0302CA0014",
                   "MN2PR01CA0065", "BY3PR04CA0028", "TY1PR01CA0183")  # fmt: skip
LEAVES = ("FR3P281CA0016", "PN4P287CA0064", "LO2P265CA0443", "DB6P18901CA0015", "US22278CA0034", "AS4P251CA0014",
          "SY5P282CA0097")  # fmt: skip
"""First labels as they were seen, 13 or 15 letters; those with `PR` and a digit at the fourth place are in a forest of
eight letters, the others in one of seven."""
