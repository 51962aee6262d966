"""What client programs say inside TLS when they log in, recorded from the programs: a row each, behind the EHLO.

Bytes of text, ``client>server``.  Each login was accepted; the servers were several, hence 37, 31, 30 and 20 for 235.
"""

from __future__ import annotations

from typing import NamedTuple

LOGIN, PLAIN, XOAUTH2, BEARER = "LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER"
CRAM, DIGEST, NTLM, SHA1, SHA256 = "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1", "SCRAM-SHA-256"


class Client(NamedTuple):
    """A program: what it says by mechanism, the ways of one divided by `` | ``.

    ``java`` says that it pads TLS 1.3, ``split`` that each line's end is a record of its own, ``silent`` that it says
    no EHLO inside TLS.
    """

    name: str
    says: dict[str, str]
    java: bool = False
    split: bool = False
    silent: bool = False


CLIENTS = (
    Client("one that says no EHLO", {
        LOGIN: "12>18 6>18 14>37 | 41>18 14>37", PLAIN: "12>6 30>37 | 77>37", XOAUTH2: "14>6 378>37 | 303>37",
    }, silent=True),
    Client("tlslite, padding", {
        LOGIN: "12>18 6>18 10>37 | 41>18 14>37", PLAIN: "12>6 90>37 | 101>30", XOAUTH2: "14>6 2718>31 | 303>31",
        CRAM: "15>62 74>37",
    }),
    Client("mbedTLS, split", {
        LOGIN: "12>18 22>18 10>30 | 41>18 14>37", PLAIN: "12>6 46>37 | 41>37", XOAUTH2: "14>6 798>20 | 2907>20",
    }, split=True),
    Client("aiosmtplib", {LOGIN: "41>18 14>20", PLAIN: "77>37", XOAUTH2: "319>37", CRAM: "15>86 98>31"}),
    Client("commons-net", {LOGIN: "12>22 22>18 10>37", PLAIN: "12>6 14>30", CRAM: "15>62 58>37"}, java=True),
    Client("curl", {
        LOGIN: "12>18 34>18 54>31 | 125>18 30>37", PLAIN: "12>6 66>30 | 77>37", BEARER: "18>6 2610>37 | 435>37",
        XOAUTH2: "14>6 3142>31 | 335>31", CRAM: "15>50 74>37", NTLM: "11>20 46>210 334>37 | 56>210 346>37",
    }),
    Client("dma", {LOGIN: "12>18 34>18 54>37", CRAM: "15>62 50>37"}),
    Client("emailjs", {LOGIN: "12>18 114>18 30>31", PLAIN: "157>37", XOAUTH2: "343>37", CRAM: "16>62 50>37"}),
    Client("mbedTLS", {
        LOGIN: "12>18 22>18 10>37 | 17>18 10>37", PLAIN: "12>6 14>37 | 101>37", XOAUTH2: "14>6 2594>20 | 1935>37",
    }),
    Client("OpenSSL 1.0.2", {
        LOGIN: "12>18 34>18 54>20 | 125>18 30>37", PLAIN: "12>6 66>20 | 25>31", XOAUTH2: "14>6 1454>37 | 2547>37",
    }),
    Client("OpenSSL 1.1.1", {
        LOGIN: "12>18 22>18 10>37 | 65>18 14>37", PLAIN: "12>6 46>37 | 25>20", XOAUTH2: "14>6 3410>37 | 443>31",
    }),
    Client("esmtp", {LOGIN: "45>18 54>37", PLAIN: "101>37"}),
    Client("Go net/smtp", {
        LOGIN: "12>18 34>18 54>37 | 17>18 14>31", PLAIN: "101>30", XOAUTH2: "14>6 1258>20 | 339>37",
        CRAM: "15>86 50>31",
    }),
    Client("gsasl", {LOGIN: "12>18 22>18 10>30", PLAIN: "12>6 46>20", CRAM: "15>50 158>37"}, split=True),
    Client("javamail", {LOGIN: "12>18 114>18 30>31", PLAIN: "129>37", XOAUTH2: "2599>31"}, java=True),
    Client("msmtp", {
        LOGIN: "12>18 114>18 30>37", PLAIN: "57>37", BEARER: "1339>37", XOAUTH2: "14>6 2386>20", CRAM: "15>50 58>30",
        DIGEST: "17>126 274>62 2>37", NTLM: "11>20 154>210 474>37", SHA1: "18>6 54>174 174>46 2>37",
        SHA256: "20>6 66>174 194>70 2>37",
    }),
    Client("mutt", {
        LOGIN: "12>18 54>18 14>37", PLAIN: "133>37", BEARER: "951>37", XOAUTH2: "14>6 1214>37", CRAM: "15>50 50>30",
        SHA256: "20>6 114>174 242>70 2>37",
    }),
    Client("neomutt", {
        LOGIN: "12>18 34>18 54>31", PLAIN: "85>30", BEARER: "387>20", XOAUTH2: "367>37", CRAM: "15>62 78>37",
        SHA256: "20>6 90>174 226>70 2>37",
    }),
    Client("nodemailer", {LOGIN: "12>18 22>18 10>30", PLAIN: "57>37", XOAUTH2: "3499>37", CRAM: "15>62 50>37"}),
    Client("nullmailer", {LOGIN: "41>18 14>31"}),
    Client("OpenSMTPD", {LOGIN: "12>18 6>18 14>37", PLAIN: "101>37"}),
    Client("PEAR Net_SMTP", {LOGIN: "12>18 34>18 54>37", PLAIN: "12>6 146>20", CRAM: "15>66 74>37"}),
    Client("Perl Net::SMTP", {LOGIN: "12>18 30>18 14>37", PLAIN: "29>37", CRAM: "15>86 158>31"}),
    Client("Perl Net::SMTP::TLS", {LOGIN: "12>18 114>18 30>37", CRAM: "15>62 50>37"}),
    Client("PHPMailer", {LOGIN: "12>18 22>18 10>30", PLAIN: "12>6 14>20", CRAM: "15>62 158>37"}),
    Client("Postfix", {
        LOGIN: "12>18 34>18 54>20", PLAIN: "57>37", CRAM: "15>50 66>37", DIGEST: "17>126 270>62 2>37",
    }),
    Client("s_client", {LOGIN: "12>18 30>18 14>37", PLAIN: "101>30", XOAUTH2: "1963>20"}),
    Client("sendemail", {LOGIN: "12>18 54>18 14>37", PLAIN: "29>37"}),
    Client("smtplib", {
        LOGIN: "12>18 6>18 14>30 | 17>18 10>30", PLAIN: "12>6 30>20 | 25>37", BEARER: "18>6 1082>20 | 1515>37",
        XOAUTH2: "14>6 2786>37 | 3499>31", CRAM: "15>86 74>31",
    }),
    Client("swaks", {
        LOGIN: "12>22 34>18 54>37", PLAIN: "53>37", CRAM: "15>50 50>30", DIGEST: "17>126 290>62 2>37",
        NTLM: "11>20 46>210 370>37",
    }),
    Client("Tcl smtp", {LOGIN: "12>18 30>18 14>37", PLAIN: "12>6 146>37", CRAM: "15>62 66>37"}),
    Client("tlslite", {
        LOGIN: "12>18 114>18 30>30 | 17>18 10>20", PLAIN: "12>6 66>37 | 53>37", XOAUTH2: "14>6 2758>37 | 291>37",
        CRAM: "15>50 74>30",
    }),
)  # fmt: skip


class Sequence(NamedTuple):
    """One way of one program to log in."""

    client: Client
    mechanism: str
    turns: str

    @property
    def name(self) -> str:
        """What it is called in a test's report."""
        return f"{self.client.name} {self.mechanism} {self.turns}"

    @property
    def records(self) -> str:
        """The turns as records, each line's end in one of its own where the program does so."""
        if not self.client.split:
            return self.turns
        halves = [turn.partition(">") for turn in self.turns.split(", ")]
        return ", ".join(f"{int(client) - 2}+2>{server}" for client, _, server in halves)


SEQUENCES = tuple(
    Sequence(client, mechanism, ", ".join(way.split()))
    for client in CLIENTS
    for mechanism, ways in client.says.items()
    for way in ways.split(" | ")
)
