"""Labelled dialogues: what was said, and what is true of it.  The properties are tried on all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from tests.protocols.dialogue import Turns, b64, dialogue

USER = "scanner@example.org"
PASSWORD = "correct-horse-9"
TOKEN = "eyJ0eXAiOiJKV1QiLCJub25jZSI6Ik1B.aGVsbG8.c2lnbmF0dXJl"
XOAUTH2 = f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01"
OAUTHBEARER = f"n,a={USER},\x01host=mail.example.org\x01port=587\x01auth=Bearer {TOKEN}\x01\x01"
CRAM_DIGEST = "b913a602c7eda7a495b4e6e7334d3890"
DIGEST_RESPONSE = "d388dad90d4bbd760a152321f2143af7"
SCRAM_PROOF = "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="

OPENING = """
    S: 220 mail.example.org ESMTP
    C: EHLO scanner
    S: 250-mail.example.org
    S: 250 AUTH LOGIN PLAIN XOAUTH2 OAUTHBEARER CRAM-MD5 DIGEST-MD5 SCRAM-SHA-256 NTLM GSSAPI EXTERNAL
"""
MAIL = """
    C: MAIL FROM:<scanner@example.org>
    S: 250 2.1.0 Ok
    C: RCPT TO:<office@example.org>
    S: 250 2.1.5 Ok
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: Subject: Scan
    C:
    C: dXNlckBleGFtcGxlLm9yZw==
    C: cGFzc3dvcmQtb2YtbWFpbA==
    C: .
    S: 250 2.0.0 Ok: queued
"""
QUIT = """
    C: QUIT
    S: 221 2.0.0 Bye
"""


@dataclass(frozen=True)
class Labelled:
    """A dialogue and its truth: the attempts as (mechanism, user, outcome), and what must never be told."""

    name: str
    script: str
    attempts: tuple[tuple[str, str | None, str], ...]
    secrets: tuple[str, ...] = field(default=())
    starttls: str = "not-offered"

    @cached_property
    def turns(self) -> Turns:
        """Return the turns."""
        return dialogue(self.script)

    @property
    def offered(self) -> tuple[str, ...]:
        """Return the mechanisms that the server lists."""
        return tuple(self.script.partition("AUTH ")[2].partition("\n")[0].split())

    @property
    def auth_before_mail(self) -> bool:
        """Say whether AUTH comes before the first mail."""
        return "C: AUTH" in self.script.partition("MAIL FROM")[0]

    @property
    def sends_mail(self) -> bool:
        """Say whether MAIL is in the dialogue."""
        return "MAIL FROM" in self.script


def login(user: str = USER, password: str = PASSWORD, reply: str = "235 2.7.0 Authentication successful") -> str:
    """Return an AUTH LOGIN exchange."""
    return f"""
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: {b64(user)}
        S: 334 UGFzc3dvcmQ6
        C: {b64(password)}
        S: {reply}
    """


def plain(user: str = USER, password: str = PASSWORD, reply: str = "235 2.7.0 Authentication successful") -> str:
    """Return an AUTH PLAIN exchange."""
    return f"""
        C: AUTH PLAIN {b64(f"{chr(0)}{user}{chr(0)}{password}")}
        S: {reply}
    """


def ntlm_answer(domain: str = "EXAMPLE", user: str = "scanner", workstation: str = "MFP-2") -> bytes:
    """Return an AUTHENTICATE_MESSAGE ([MS-NLMP] 2.2.1.3) with made-up responses."""
    texts = [domain.encode("utf-16-le"), user.encode("utf-16-le"), workstation.encode("utf-16-le")]
    responses = [b"\x11" * 24, b"\x99" * 24]
    head, body, place = b"NTLMSSP\0\x03\0\0\0", b"", 64
    for part in [*responses, *texts]:
        head += len(part).to_bytes(2, "little") * 2 + place.to_bytes(4, "little")
        body, place = body + part, place + len(part)
    head += bytes(4) + place.to_bytes(4, "little") + (1).to_bytes(4, "little")
    return head + body


NTLM_NEGOTIATE = b"NTLMSSP\0\x01\0\0\0\x07\x82\x08\xa2" + bytes(16)
NTLM_CHALLENGE = b"NTLMSSP\0\x02\0\0\0" + bytes(44)
CRAM_CHALLENGE = b64("<1896.697170952@login.example.org>")
DIGEST_CHALLENGE = b64('realm="mail.example.org",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8')
DIGEST_ANSWER = b64(
    f'username="{USER}",realm="mail.example.org",nonce="OA6MG9tEQGm2hh",cnonce="OA6MHXh6VqTrRk",nc=00000001,'
    f'qop=auth,digest-uri="smtp/mail.example.org",response={DIGEST_RESPONSE},charset=utf-8'
)
SCRAM_FIRST = b64(f"n,,n={USER},r=rOprNGfwEbeRWgbNEkqO")
SCRAM_CHALLENGE = b64("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
SCRAM_FINAL = b64(f"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj,p={SCRAM_PROOF}")
BASIC_SECRETS = (PASSWORD, b64(PASSWORD), b64(f"\0{USER}\0{PASSWORD}"))
TOKEN_SECRETS = (TOKEN, b64(XOAUTH2), b64(OAUTHBEARER))
SUCCESS, FAILURE, UNKNOWN = "success", "failure", "unknown"

DIALOGUES = (
    Labelled("LOGIN", OPENING + login() + MAIL + QUIT, (("LOGIN", USER, SUCCESS),), BASIC_SECRETS),
    Labelled(
        "LOGIN with the user in the command",
        OPENING
        + f"""
        C: AUTH LOGIN {b64(USER)}
        S: 334 UGFzc3dvcmQ6
        C: {b64(PASSWORD)}
        S: 235 Ok
    """
        + MAIL
        + QUIT,
        (("LOGIN", USER, SUCCESS),),
        BASIC_SECRETS,
    ),
    Labelled(
        "LOGIN refused, the password repeated",
        OPENING + login(reply=f"535 5.7.3 {PASSWORD} is wrong, {b64(PASSWORD)} too") + QUIT,
        (("LOGIN", USER, FAILURE),),
        BASIC_SECRETS,
    ),
    Labelled(
        "three attempts",
        OPENING
        + login("first@example.org", "first-secret", "535 5.7.8 no")
        + plain("second@example.org", "second-secret", "454 4.7.0 later")
        + login("third@example.org", "third-secret")
        + MAIL
        + QUIT,
        (
            ("LOGIN", "first@example.org", FAILURE),
            ("PLAIN", "second@example.org", FAILURE),
            ("LOGIN", "third@example.org", SUCCESS),
        ),
        ("first-secret", "second-secret", "third-secret", b64("first-secret"), b64("third-secret")),
    ),
    Labelled("PLAIN", OPENING + plain() + MAIL + QUIT, (("PLAIN", USER, SUCCESS),), BASIC_SECRETS),
    Labelled(
        "PLAIN without initial response",
        OPENING
        + f"""
        C: AUTH PLAIN
        S: 334
        C: {b64(f"{chr(0)}{USER}{chr(0)}{PASSWORD}")}
        S: 235 Ok
    """
        + MAIL
        + QUIT,
        (("PLAIN", USER, SUCCESS),),
        BASIC_SECRETS,
    ),
    Labelled(
        "XOAUTH2 refused, then LOGIN",
        OPENING
        + f"""
        C: AUTH XOAUTH2 {b64(XOAUTH2)}
        S: 334 {b64('{"status":"401","schemes":"bearer","scope":"https://login.example.org/"}')}
        C:
        S: 535 5.7.3 Authentication unsuccessful
    """
        + login()
        + MAIL
        + QUIT,
        (("XOAUTH2", USER, FAILURE), ("LOGIN", USER, SUCCESS)),
        TOKEN_SECRETS + BASIC_SECRETS,
    ),
    Labelled(
        "XOAUTH2 without initial response",
        OPENING
        + f"""
        C: AUTH XOAUTH2
        S: 334
        C: {b64(XOAUTH2)}
        S: 235 2.7.0 Ok
    """
        + MAIL
        + QUIT,
        (("XOAUTH2", USER, SUCCESS),),
        TOKEN_SECRETS,
    ),
    Labelled(
        "OAUTHBEARER refused",
        OPENING
        + f"""
        C: AUTH OAUTHBEARER {b64(OAUTHBEARER)}
        S: 334 {b64('{"status":"invalid_token"}')}
        C: AQ==
        S: 535 5.7.8 the token {TOKEN} has expired
    """
        + QUIT,
        (("OAUTHBEARER", USER, FAILURE),),
        TOKEN_SECRETS,
    ),
    Labelled(
        "CRAM-MD5",
        OPENING
        + f"""
        C: AUTH CRAM-MD5
        S: 334 {CRAM_CHALLENGE}
        C: {b64(f"{USER} {CRAM_DIGEST}")}
        S: 235 Ok
    """
        + MAIL
        + QUIT,
        (("CRAM-MD5", USER, SUCCESS),),
        (CRAM_DIGEST, b64(f"{USER} {CRAM_DIGEST}")),
    ),
    Labelled(
        "DIGEST-MD5",
        OPENING
        + f"""
        C: AUTH DIGEST-MD5
        S: 334 {DIGEST_CHALLENGE}
        C: {DIGEST_ANSWER}
        S: 334 {b64("rspauth=ea40f60335c427b5527b84dbabcdfffd")}
        C:
        S: 235 Ok
    """
        + MAIL
        + QUIT,
        (("DIGEST-MD5", USER, SUCCESS),),
        (DIGEST_RESPONSE, DIGEST_ANSWER),
    ),
    Labelled(
        "SCRAM-SHA-256",
        OPENING
        + f"""
        C: AUTH SCRAM-SHA-256 {SCRAM_FIRST}
        S: 334 {SCRAM_CHALLENGE}
        C: {SCRAM_FINAL}
        S: 334 {b64("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")}
        C:
        S: 235 Ok
    """
        + MAIL
        + QUIT,
        (("SCRAM-SHA-256", USER, SUCCESS),),
        (SCRAM_PROOF, SCRAM_FINAL),
    ),
    Labelled(
        "NTLM",
        OPENING
        + f"""
        C: AUTH NTLM
        S: 334 NTLM supported
        C: {b64(NTLM_NEGOTIATE)}
        S: 334 {b64(NTLM_CHALLENGE)}
        C: {b64(ntlm_answer())}
        S: 235 Ok
    """
        + MAIL
        + QUIT,
        (("NTLM", "EXAMPLE\\scanner", SUCCESS),),
        (b64(ntlm_answer()),),
    ),
    Labelled(
        "GSSAPI cancelled, then no AUTH and refused",
        OPENING
        + f"""
        C: AUTH GSSAPI {b64(bytes(range(40)))}
        S: 334 {b64(bytes(range(40, 80)))}
        C: *
        S: 501 5.7.0 Cancelled
        C: MAIL FROM:<scanner@example.org>
        S: 530 5.7.57 Client was not authenticated
    """
        + QUIT,
        (("GSSAPI", None, FAILURE),),
        (b64(bytes(range(40))),),
    ),
    Labelled(
        "EXTERNAL",
        OPENING
        + f"""
        C: AUTH EXTERNAL {b64(USER)}
        S: 235 Ok
    """
        + MAIL
        + QUIT,
        (("EXTERNAL", USER, SUCCESS),),
    ),
    Labelled(
        "LOGIN left for a mail, then PLAIN",
        OPENING
        + """
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: MAIL FROM:<scanner@example.org>
        S: 250 Ok
        C: RCPT TO:<office@example.org>
        S: 550 5.7.1 Relaying denied
        C: RSET
        S: 250 Ok
    """
        + plain()
        + MAIL
        + QUIT,
        (("LOGIN", None, UNKNOWN), ("PLAIN", USER, SUCCESS)),
        BASIC_SECRETS,
    ),
    Labelled("no AUTH", OPENING + "C: NOOP\nS: 250 Ok" + MAIL + "C: RSET\nS: 250 Ok" + MAIL + QUIT, ()),
    Labelled(
        "AUTH between two mails",
        OPENING + MAIL + login(reply="535 5.7.8 no") + MAIL + QUIT,
        (("LOGIN", USER, FAILURE),),
        BASIC_SECRETS,
    ),
    Labelled(
        "AUTH refused before STARTTLS",
        """
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250-AUTH LOGIN
        S: 250 STARTTLS
    """
        + plain(reply="538 5.7.11 Encryption required")
        + """
        C: STARTTLS
        S: 220 2.0.0 Ready to start TLS
        C: <hello>
        S: <server hello>
    """,
        (("PLAIN", USER, FAILURE),),
        BASIC_SECRETS,
        "established",
    ),
)
