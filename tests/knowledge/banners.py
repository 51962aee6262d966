"""Banners of Exchange Online's front ends, made as the real ones are."""

from __future__ import annotations

ID = "08DD842467C8274D"
SHORT = "FR3P281CA0016"  # a host of 38
LONG = "BMXPR01CA0083"  # a host of 39


def banner(
    leaf: str, day: str = "Sat, 26 Apr 2025", ident: str = f" [{ID}]", domain: str = "outlook.office365.com"
) -> str:
    return f"220 {leaf}.{domain} Microsoft ESMTP MAIL Service ready at {day} 18:06:30 +0000{ident}"


def old_banner(leaf: str) -> str:
    return banner(leaf, "Thu, 17 Nov 2022", "")
