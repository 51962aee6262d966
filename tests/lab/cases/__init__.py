"""The cases, one row each, by topic."""

from __future__ import annotations

from tests.lab.case import Case
from tests.lab.cases import auth, lan, mechanisms, refusals, smtp, starttls

TOPICS = (auth.AUTH, mechanisms.MECHANISMS, refusals.REFUSALS, starttls.STARTTLS, smtp.SMTP, lan.LAN)
ALL: dict[str, Case] = {case.path: case for topic in TOPICS for case in topic}
