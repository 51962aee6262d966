"""The made-up users of the lab and their made-up secrets; the secrets are never written out."""

from __future__ import annotations

from types import MappingProxyType

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
    }
)
WRONG = "not-the-password"
