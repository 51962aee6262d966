"""What other mail servers answer: short dialogues in the words of their makers, as publicly known.

The corpus wants replies of many lengths; no rule may depend on a single one of them. `{address}` is the address of
the command, `{user}` the one who logged in, `{host}` the server's name.
"""

from __future__ import annotations

from dataclasses import dataclass

NEUTRAL = ("VXNlcm5hbWU6", "UGFzc3dvcmQ6")
LOWER = ("dXNlcm5hbWU6", "cGFzc3dvcmQ6")
DOTTED = '354 Enter mail, end with "." on a line by itself'
CRLF_DOT = "354 Start mail input; end with <CRLF>.<CRLF>"
POSTFIX_DOT = "354 End data with <CR><LF>.<CR><LF>"


@dataclass(frozen=True)
class Words:
    """The replies of one kind of server."""

    banner: str
    ready: str
    success: str
    failure: str
    mail: str
    rcpt: str
    data: str
    queued: str
    bye: str
    prompts: tuple[str, str] = NEUTRAL
    hello: str = "{host}"
    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 52428800", "{auth}", "8BITMIME")


SENDMAIL = ("ENHANCEDSTATUSCODES", "PIPELINING", "8BITMIME", "SIZE", "DSN", "{auth}", "DELIVERBY", "HELP")
REST = ("PIPELINING", "SIZE 10240000", "ETRN", "{auth}", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "CHUNKING")
WORDS: dict[str, Words] = {
    "sendmail": Words(
        "220 {host} ESMTP Sendmail 8.17.1/8.17.1; Mon, 23 Nov 2026 10:12:44 +0100", "220 2.0.0 Ready to start TLS",
        "235 2.0.0 OK Authenticated", "535 5.7.0 authentication failed", "250 2.1.0 <{address}>... Sender ok",
        "250 2.1.5 <{address}>... Recipient ok", DOTTED, "250 2.0.0 3ANFC8bA012345 Message accepted for delivery",
        "221 2.0.0 {host} closing connection", hello="{host} Hello unknown [{ip}], pleased to meet you",
        extensions=SENDMAIL),
    "qmail": Words(
        "220 {host} ESMTP", "220 ready for tls", "235 ok, go ahead (#2.0.0)", "535 authorization failed (#5.7.0)",
        "250 ok", "250 ok", "354 go ahead", "250 ok 1764141234 qp 12345", "221 {host}",
        extensions=("{auth}", "PIPELINING", "8BITMIME")),
    "communigate": Words(
        "220 {host} ESMTP CommuniGate Pro 6.3.39", "220 please start a TLS connection", "235 {user} relays OK",
        "535 incorrect password or account name", "250 {address} sender accepted",
        "250 {address} will relay mail for an authenticated user", DOTTED, "250 1234567 message accepted for delivery",
        "221 {host} CommuniGate Pro SMTP closing connection", hello="{host} your name is not there",
        extensions=("DSN", "SIZE 31457280", "{auth}", "ETRN", "TURN", "PIPELINING", "HELP")),
    "hmailserver": Words(
        "220 {host} ESMTP", "220 Ready to start TLS", "235 authenticated.",
        "535 Authentication failed. Restarting authentication process.", "250 OK", "250 OK", "354 OK, send.",
        "250 Queued (0.062 seconds)", "221 goodbye", extensions=("SIZE 20480000", "{auth}", "HELP")),
    "mdaemon": Words(
        "220 {host} ESMTP MDaemon 23.5.1; Mon, 23 Nov 2026 10:12:44 +0100", "220 2.7.0 Ready to start TLS",
        "235 2.7.0 Authentication successful", "535 5.7.8 Authentication failed", "250 2.1.0 Sender OK",
        "250 2.1.5 Recipient OK", "354 Enter mail, end with <CRLF>.<CRLF>", "250 2.6.0 Ok, message saved",
        "221 2.0.0 See ya in cyberspace", hello="{host} Hello [{ip}], pleased to meet you",
        extensions=("8BITMIME", "ENHANCEDSTATUSCODES", "{auth}", "SIZE 40000000")),
    "icewarp": Words(
        "220 {host} ESMTP IceWarp 13.0.3.12; Mon, 23 Nov 2026 10:12:44 +0100", "220 2.0.0 Ready to start TLS",
        "235 2.0.0 Authentication successful", "535 5.7.8 Authentication credentials invalid",
        "250 2.1.0 <{address}>... Sender ok", "250 2.1.5 <{address}>... Recipient ok; will forward", DOTTED,
        "250 2.6.0 1834 bytes received in 00:00:01; Message id OBA01234 accepted for delivery",
        "221 2.0.0 {host} closing connection", hello="{host} Hello x [{ip}], pleased to meet you.",
        extensions=("ENHANCEDSTATUSCODES", "SIZE 52428800", "EXPN", "ETRN", "ATRN", "DSN", "{auth}", "8BITMIME")),
    "zimbra": Words(
        "220 {host} ESMTP Postfix", "220 2.0.0 Ready to start TLS", "235 2.7.0 Authentication successful",
        "535 5.7.8 Error: authentication failed: authentication failure", "250 2.1.0 Ok", "250 2.1.5 Ok", POSTFIX_DOT,
        "250 2.0.0 Ok: queued as 4F2A91C0123", "221 2.0.0 Bye", extensions=REST),
    "kerio": Words(
        "220 {host} Kerio Connect 9.4.2 ESMTP ready", "220 2.0.0 Ready to start TLS",
        "235 2.0.0 Authentication successful", "535 5.7.8 Authentication failed", "250 2.1.0 <{address}>... Sender ok",
        "250 2.1.5 <{address}>... Recipient ok (will queue)", DOTTED, "250 2.0.0 65a1b2c3-00001234 Message accepted "
        "for delivery", "221 2.0.0 SMTP closing connection", extensions=("{auth}", "ENHANCEDSTATUSCODES", "8BITMIME",
        "PIPELINING", "ETRN", "DSN", "HELP")),
    "mailenable": Words(
        "220 {host} ESMTP MailEnable Service, Version: 10.44--10.44 ready at 11/23/26 10:12:44",
        "220 Ready to start TLS", "235 Authenticated", "535 Invalid Username or Password",
        "250 Requested mail action okay, completed", "250 Requested mail action okay, completed", CRLF_DOT,
        "250 Requested mail action okay, completed",
        "221 Service closing transmission channel", hello="{host} [{ip}], this server offers 4 extensions",
        extensions=("{auth}", "SIZE 40960000", "HELP", "AUTH=LOGIN")),
    "courier": Words(
        "220 {host} ESMTP", "220 Ok", "235 Ok.", "535 Authentication failed.", "250 Ok.", "250 Ok.", "354 Ok.",
        "250 Ok. 00000000000A1B2C.0000000065A1B2C3.00001234", "221 Bye.", extensions=("{auth}", "XVERP=Courier",
        "XEXDATA", "XSECURITY=NONE,STARTTLS", "PIPELINING", "8BITMIME", "SIZE", "DSN")),
    "domino": Words(
        "220 {host} ESMTP Service (HCL Domino Release 12.0.2) ready at Mon, 23 Nov 2026 10:12:44 +0100",
        "220 Ready to start TLS", "235 Authentication successful", "535 Authentication failed",
        "250 {address}... Sender OK", "250 {address}... Recipient OK", DOTTED, "250 Message accepted for delivery",
        "221 {host} SMTP Service closing transmission channel", hello="{host} Hello x ([{ip}]), pleased to meet you",
        extensions=("{auth}", "SIZE", "PIPELINING", "8BITMIME")),
    "james": Words(
        "220 {host} SMTP Server (JAMES SMTP Server ) ready", "220 Ready to start TLS", "235 Authentication Successful",
        "535 Authentication Failed", "250 2.1.0 Sender <{address}> OK", "250 2.1.5 Recipient <{address}> OK",
        "354 Ok Send data ending with <CRLF>.<CRLF>", "250 2.6.0 Message received",
        "221 2.0.0 {host} Service closing transmission channel", hello="{host} Hello x [{ip}])",
        extensions=("{auth}", "PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME")),
    "opensmtpd": Words(
        "220 {host} ESMTP OpenSMTPD", "220 2.0.0 Ready to start TLS", "235 2.0.0 Authentication succeeded",
        "535 Authentication failed", "250 2.0.0 Ok", "250 2.1.5 Destination address valid: Recipient ok", DOTTED,
        "250 2.0.0 1a2b3c4d Message accepted for delivery", "221 2.0.0 Bye",
        hello="{host} Hello x [{ip}], pleased to meet you",
        extensions=("8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 36700160", "DSN", "{auth}", "HELP")),
    "smartermail": Words(
        "220 {host}", "220 Start TLS negotiation", "235 Authentication successful", "535 Authentication failed",
        "250 OK <{address}> Sender ok", "250 OK <{address}> Recipient ok", CRLF_DOT, "250 OK",
        "221 Service closing transmission channel", LOWER, "{host} Hello [{ip}]",
        ("SIZE 31457280", "{auth}", "8BITMIME", "DSN", "OK")),
    "exim-like": Words(
        "220 {host} ESMTP Exim 4.98 Mon, 23 Nov 2026 10:12:44 +0100", "220 TLS go ahead",
        "235 Authentication succeeded", "535 Incorrect authentication data", "250 OK", "250 Accepted",
        '354 Enter message, ending with "." on a line by itself', "250 OK id=1vM2Xq-00000001aBc-0dEf",
        "221 {host} closing connection", hello="{host} Hello x [{ip}]",
        extensions=("SIZE 52428800", "8BITMIME", "PIPELINING", "PIPECONNECT", "{auth}", "HELP")),
    "ses": Words(
        "220 {host} ESMTP SimpleEmailService-d-4PZ7LQXYZ 7f1kqG2pTn0a", "220 Ready to start TLS",
        "235 Authentication successful.", "535 Authentication Credentials Invalid", "250 Ok", "250 Ok", POSTFIX_DOT,
        "250 Ok 0102019a7b1c2d3e-4f5a6b7c-8d9e-0f1a-2b3c-4d5e6f7a8b9c-000000", "221 Bye",
        extensions=("8BITMIME", "{auth}", "Ok")),
    "sendgrid": Words(
        "220 SG ESMTP service ready at geopod-ismtpd-12", "220 Begin TLS negotiation now",
        "235 Authentication successful", "535 Authentication failed: Bad username / password",
        "250 Sender address accepted", "250 Recipient address accepted", "354 Continue", "250 Ok: queued as "
        "aB3dE5fGhIjKlMnOpQrStU", "221 See you later", extensions=("8BITMIME", "PIPELINING", "SIZE 31457280", "{auth}",
        "AUTH=PLAIN LOGIN")),
    "mailgun": Words(
        "220 Mailgun Influx ready", "220 Go ahead", "235 2.0.0 OK",
        "535 5.7.0 Mailgun is not loving your login or password", "250 Sender address accepted",
        "250 Recipient address accepted", "354 Continue", "250 Great success",
        "221 See you later. Yours truly, Mailgun",
        extensions=("{auth}", "SIZE 52428800", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")),
    "gmx": Words(
        "220 gmx.example.net (mrgmx104) Nemesis ESMTP Service ready", "220 OK", "235 Authentication succeeded",
        "535 Authentication credentials invalid", "250 Requested mail action okay, completed", "250 OK", CRLF_DOT,
        "250 Requested mail action okay, completed: id=1MfYPm-1kQ0aB2cDe-00gFhI",
        "221 {host} Service closing transmission channel", hello="{host} Hello x [{ip}]",
        extensions=("8BITMIME", "{auth}", "SIZE 141557760")),
    "coremail": Words(
        "220 163.example.net Anti-spam GT for Coremail System (163com[20141201])", "220 Ready to start TLS",
        "235 Authentication successful", "535 Error: authentication failed", "250 Mail OK", "250 Mail OK",
        "354 End data with <CR><LF>.<CR><LF>", "250 Mail OK queued as zwqz-smtp-mta-g4-1,_____wD3T4m5, 1764141234",
        "221 Bye", LOWER, "mail", ("PIPELINING", "{auth}", "AUTH=LOGIN PLAIN", "coremail 1Uxr2xKj7kG0xkI17xGrU7I0s8FY"
        "2U3Uj8Cz28x1UUUUU7Ic2I0Y2UF5vJ1LUCa0xDrUUUUj", "8BITMIME")),
    "qq": Words(
        "220 newxmesmtplogicsvrszb9-0.qq.example.net XMail Esmtp QQ Mail Server.", "220 Ready to start TLS from x.",
        "235 Authentication successful", "535 Login fail. Account is abnormal, service is not open, password is "
        "incorrect, login frequency limited, or system is busy. More information at https://help.mail.example/detail/"
        "108/1023", "250 OK.", "250 OK", "354 End data with <CR><LF>.<CR><LF>.", "250 OK: queued as.", "221 Bye.",
        extensions=("PIPELINING", "SIZE 73400320", "{auth}", "AUTH=LOGIN", "MAILCOMPRESS", "8BITMIME")),
    "zoho": Words(
        "220 mx.zoho.example.net SMTP Server ready November 23, 2026 1:12:44 AM PST", "220 Ready to start TLS.",
        "235 Authentication Successful", "535 Authentication Failed", "250 Sender <{address}> OK",
        "250 Recipient <{address}> OK", "354 Ok Send data ending with <CRLF>.<CRLF>", "250 Message received",
        "221 mx.zoho.example.net Service closing transmission channel", hello="mx.zoho.example.net Hello x ({ip} "
        "({ip}))", extensions=("{auth}", "SIZE 53477376")),
    "icloud": Words(
        "220 iCloud SMTP - p00-smtp-7d8f9 2026B26 x", "220 2.0.0 Ready to start TLS",
        "235 2.7.0 Authentication successful", "535 5.7.8 Error: authentication failed: ", "250 2.1.0 Ok",
        "250 2.1.5 Ok", POSTFIX_DOT, "250 2.0.0 Ok: queued as 1F2E3D4C5B6", "221 2.0.0 Bye", extensions=("PIPELINING",
        "SIZE 28319744", "ETRN", "{auth}", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8")),
    "yahoo": Words(
        "220 smtp.mail.yahoo.example ESMTP ready", "220 2.0.0 Ready to start TLS", "235 2.0.0 OK",
        "535 5.7.0 (#AUTH005) Too many bad auth attempts.", "250 2.1.0 Sender <{address}> OK",
        "250 2.1.5 Recipient <{address}> OK", "354 Ok Send data ending with <CRLF>.<CRLF>",
        "250 OK , completed", "221 Service Closing transmission",
        hello="hermes--production-ir2-65bd8f5f6c-x7k2m Hello x [{ip}]",
        extensions=("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SIZE 41697280", "{auth}")),
}  # fmt: skip
