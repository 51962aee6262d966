"""``replies.toml``: replies that name why a login or a mail was refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sniffer.knowledge.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Row):
    """A reply.  ``refused`` is a policy's refusal, ``failing`` anything that the policy allows and that failed.

    ``reversible_by`` is who can undo the cause with a setting, None where nobody can; ``fix`` ends a sentence.
    """

    pattern: re.Pattern[str]
    cause: str
    state: Literal["refused", "failing"]
    reversible_by: str | None = None
    final_at: tuple[str, ...] = ()
    fix: str
