"""The made-up users of the lab and their made-up secrets; the secrets are never written out."""

from __future__ import annotations

from types import MappingProxyType

TOKEN = "".join(f"{at:x}Made-up_token.{at * 7919:o}" for at in range(1, 80))
"""As long as the tokens of Microsoft's accounts."""

SECRETS = MappingProxyType(
    {
        "scan@example.org": "Copier-7-Tray",
        "nas@example.org": "volume1 backup",
        "camera@example.org": "lens-4mm-f2",
        "alerts@example.net": "pager&duty+9",
        "dept-copier@example.com": "Toner%Low%2026",
        "printer": "feed me paper",
        "EXAMPLE\\svc-scan": "S3rvice!Account",
        "relay@example.org": "forward-it-all",
        "monitor@example.net": "made-up-token-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "phone@example.com": "another-made-up-token-abcdefghijklmnopqrstuvwxyz0123456789-ABCDEFGHIJKLMNOP",
        "reports@example.com": TOKEN,
    }
)
WRONG = "not-the-password"
