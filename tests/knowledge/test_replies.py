"""Replies as servers send them: each tells one cause and no other."""

from __future__ import annotations

import pytest

from sniffer.knowledge.catalogue import catalogue

KNOWN = catalogue()
TAIL = " [FR3P281CA0016.DEUP281.PROD.OUTLOOK.COM 2026-08-10T18:06:35.781Z 08DD842467C8274D]"
LOGIN = "535 5.7.139 Authentication unsuccessful, "
EARLIER = "530 5.7.57 Client not authenticated to send mail. Error: "

TEXTS: list[tuple[str, str]] = [
    ("basic-disabled", LOGIN + "basic authentication is disabled."),
    ("basic-disabled", LOGIN + "basic authentication is disabled." + TAIL),
    ("basic-disabled", EARLIER + LOGIN + "basic authentication is disabled." + TAIL),
    ("basic-removed", "550 5.7.30 Basic authentication is not supported for Client Submission."),
    ("tenant-switch", LOGIN + "SmtpClientAuthentication is disabled for the Tenant. Visit"
     " https://aka.ms/smtp_auth_disabled for more information." + TAIL),
    ("mailbox-switch", LOGIN + "SmtpClientAuthentication is disabled for the Mailbox. Visit"
     " https://aka.ms/smtp_auth_disabled for more information."),
    ("security-defaults", LOGIN + "user is locked by your organization's security defaults policy."
     " Contact your administrator." + TAIL),
    ("conditional-access", LOGIN + "the request did not meet the criteria to be authenticated successfully."
     " Contact your administrator." + TAIL),
    ("conditional-access", EARLIER + LOGIN + "the request did not meet the criteria to be authenticated successfully."
     " Contact your administrator." + TAIL),
    ("organization-configuration", LOGIN + "the organization configuration doesn't allow this authentication request."),
    ("credentials-incorrect", LOGIN + "the user credentials were incorrect." + TAIL),
    ("authentication-unsuccessful", "535 5.7.3 Authentication unsuccessful"),
    ("authentication-unsuccessful", "535 5.7.3 Authentication unsuccessful" + TAIL),
    ("authentication-unsuccessful", EARLIER + "535 5.7.3 Authentication unsuccessful" + TAIL),
    ("invalid-oauth", "501 5.5.124 Invalid XOAUTH2 auth data - User address provided is not valid."),
    ("mechanism-not-offered", "504 5.7.4 Unrecognized authentication type" + TAIL),
    ("old-tls-refused", "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support"
     " TLS 1.2. Visit https://aka.ms/smtp_auth_tls. [FR3P281CA0016.DEUP281.PROD.OUTLOOK.COM]"),
    ("temporary-server-error", "451 4.7.0 Temporary server error. Please try again later. PRX4" + TAIL),
    ("hello-name-refused", "501 5.5.4 Invalid domain name" + TAIL),
    ("not-authenticated", "530 5.7.57 Client not authenticated to send mail." + TAIL),
    ("not-authenticated", "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"),
    ("starttls-required", "451 5.7.3 STARTTLS is required to send mail" + TAIL),
    ("starttls-required", "530 5.7.0 Must issue a STARTTLS command first. k20si1 - gsmtp"),
    ("too-many-connections", "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending"
     " for more information. [Hostname=DBBPR03MB5414.eurprd03.prod.outlook.com]"),
    ("too-many-connections", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=DBBPR03MB5414]"),
    ("send-as-denied", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ("send-as-denied", "554 5.2.252 SendAsDenied; a@example.org not allowed to send as b@example.org; STOREDRV"),
    ("connector-mismatch", "550 5.7.64 TenantAttribution; Relay Access Denied [AM0PR01MB1234.eurprd01.prod]"),
    ("direct-send-rejected", "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from"
     " unauthorized sources"),
    ("google-app-password", "534 5.7.9 Application-specific password required. Learn more at 5.7.9"
     " https://support.google.com/mail/?p=InvalidSecondFactor 5b1f17b1804b1-487 - gsmtp"),
    ("google-app-password", "534-5.7.9 Application-specific password required."),
    ("google-bad-credentials", "535-5.7.8 Username and Password not accepted. For more information, go to"),
    ("google-bad-credentials", "535 5.7.8 https://support.google.com/mail/?p=BadCredentials k20si1 - gsmtp"),
    ("bad-credentials", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6"),
    ("bad-credentials", "535 5.7.8 Authentication credentials invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), TEXTS)
def test_a_reply_tells_its_cause_and_no_other(code: str, text: str) -> None:
    assert [row.code for row in KNOWN.replies if row.pattern.search(text)] == [code]
    found = KNOWN.refusal(text)
    assert found
    assert found.code == code
    assert KNOWN.reply(code) == found


def test_every_row_has_a_text() -> None:
    assert {row.code for row in KNOWN.replies} == {code for code, _ in TEXTS}


QUIET = [
    "235 2.7.0 Authentication successful",
    "250 2.1.0 Sender OK",
    "354 Start mail input; end with <CRLF>.<CRLF>",
    "421 4.4.2 Connection dropped",
    "535 Authentication failed",
    "550 5.7.1 Relaying denied",
    "5.7.139",
    "535",
    "",
]


@pytest.mark.parametrize("text", QUIET)
def test_other_replies_tell_no_cause(text: str) -> None:
    assert KNOWN.refusal(text) is None


def test_a_policy_refuses_and_a_password_fails() -> None:
    states = {row.code: row.state for row in KNOWN.replies}
    assert {states[code] for code in ("basic-disabled", "tenant-switch", "mailbox-switch", "security-defaults")} == {
        "refused"
    }
    assert {states[code] for code in ("credentials-incorrect", "authentication-unsuccessful", "bad-credentials")} == {
        "failing"
    }


def test_what_is_gone_for_good_is_not_called_reversible() -> None:
    reversible = {row.code: row.reversible_by for row in KNOWN.replies}
    assert reversible["basic-removed"] is None
    assert reversible["mailbox-switch"] == "a tenant admin"
