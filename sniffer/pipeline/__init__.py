"""Joins the rooms: frames → packets → streams → facts (phase A), facts → findings (phase B).

Knows every room below it and holds no rule of any protocol.  Messages that repeat themselves become clues over
intervals (``clues``), claims of addresses runs (``bindings``), tables of the site facts (``tables``).  ``Evidence``
keeps the frames that a verdict rests on, and writes them.  ``gather`` runs
phase A over captures and fills the spool; ``Judgement`` is phase B over the spool, as often as it is asked.
"""

from sniffer.pipeline.evidence import Evidence
from sniffer.pipeline.facts import session_fact
from sniffer.pipeline.frame_numbers import numbered
from sniffer.pipeline.gather import gather
from sniffer.pipeline.judgement import Judgement
from sniffer.pipeline.values import (
    DEFAULT_PORTS,
    Counts,
    EvidenceSettings,
    Gathered,
    InputRecord,
    Progress,
    Settings,
    TableRecord,
)

__all__ = [
    "DEFAULT_PORTS",
    "Counts",
    "Evidence",
    "EvidenceSettings",
    "Gathered",
    "InputRecord",
    "Judgement",
    "Progress",
    "Settings",
    "TableRecord",
    "gather",
    "numbered",
    "session_fact",
]
