"""What of the network is seen here: directions, losses, copies, and whether it is a mirror at all."""

from __future__ import annotations

from sniffer.inference.span import thresholds
from sniffer.inference.span.words import byte_count, listed, percent, plural
from sniffer.model.survey import Directions, Figures, Group, Loss, SpanFinding, Survey

COPY_WORDS = {
    "same": ("the very same frame, as of a mirror of two ports of a path, or of a VLAN both ways", "mirror-once"),
    "elsewhere": ("on another interface or in another file", "mirror-apart"),
    "tagged": ("with another VLAN tag, as before and behind a trunk", "mirror-once"),
    "routed": ("with another hop count, before and behind a router", "mirror-one-side"),
    "carried": ("with other cards' addresses, as before and behind a bridge or firewall", "mirror-one-side"),
}
"""Fields of ``Copies`` in words, and what to change."""


def reach(survey: Survey) -> SpanFinding | None:
    """A port that mirrors nothing gets broadcasts all the same."""
    few = survey.addressed < thresholds.FEW_FRAMES or survey.groups < thresholds.MOSTLY * survey.addressed
    if few or survey.all_directions.connections:
        return None
    figures: Figures = {"addressed": survey.addressed, "groups": survey.groups}
    reason = f"{percent(survey.groups, survey.addressed)} of the frames are broadcasts and multicasts,"
    reason += " which a switch sends to every port. What others say to each other does not come here."
    return SpanFinding("reach", "problem", "this port is no mirror", reason, figures, ("mirror-session",))


def directions(survey: Survey) -> SpanFinding:
    """Both directions of a conversation are needed: replies say what a command meant."""
    of_mail = survey.mail_directions.connections >= thresholds.ENOUGH_CONNECTIONS
    seen = survey.mail_directions if of_mail else survey.all_directions
    kind = "mail connections" if of_mail else "TCP connections"
    figures: Figures = {
        "connections": seen.connections, "one_sided": seen.one_sided, "to_server": seen.to_server,
        "mail_connections": survey.mail_directions.connections, "mail_one_sided": survey.mail_directions.one_sided,
        "all_connections": survey.all_directions.connections, "all_one_sided": survey.all_directions.one_sided,
    }  # fmt: skip
    if seen.connections < thresholds.ENOUGH_CONNECTIONS:
        reason = f"{plural(seen.connections, 'TCP connection')} with enough segments to tell."
        return SpanFinding(
            "directions", "unknown", "too little TCP to see whether both directions are here", reason, figures,
            ("listen-longer",),
        )  # fmt: skip
    level = thresholds.level(seen.one_sided / seen.connections, thresholds.ONE_SIDED)
    if level == "fine":
        reason = f"{seen.connections - seen.one_sided:,} of {seen.connections:,} {kind} show both.{_apart(survey)}"
        return SpanFinding("directions", "fine", "both directions are seen", reason, figures)
    title = "only one direction is seen" if seen.one_sided == seen.connections else "a direction is missing"
    reason = f"{seen.one_sided:,} of {seen.connections:,} {kind} ({percent(seen.one_sided, seen.connections)}) show one"
    reason += f" direction: {_which(seen)}. Without the other a login cannot be judged."
    return SpanFinding("directions", level, title, reason + _where(survey), figures, ("mirror-both", "mirror-vlan"))


def _which(seen: Directions) -> str:
    other = seen.one_sided - seen.to_server
    if not other or not seen.to_server:
        return "what clients send" if seen.to_server else "what servers send"
    return f"of {seen.to_server:,} what clients send, of {other:,} what servers send"


def _where(survey: Survey) -> str:
    """Say which VLAN, or which file or interface, a missing direction is a matter of."""
    for groups, name in ((survey.by_vlan, "VLAN"), (survey.by_origin, "")):
        bad = [each for each in groups if _one_sided(each)]
        if bad and len(bad) < len(groups):
            return f" It is so in {listed(f'{name} {each.name}'.strip() for each in bad)}, not in the others."
    return ""


def _one_sided(group: Group) -> bool:
    seen = group.directions
    return seen.connections > 0 and seen.one_sided / seen.connections >= thresholds.ONE_SIDED[1]


def _apart(survey: Survey) -> str:
    said = ""
    if survey.split:
        said += f" Of {survey.split:,} each is in another file or interface: always read them together."
    if survey.crossed:
        said += f" Of {survey.crossed:,} each has another VLAN tag, which does no harm."
    return said


def loss(survey: Survey) -> SpanFinding:
    """What was acknowledged was there; what of it no frame shows, the capture lost."""
    mail = survey.mail_loss.connections >= thresholds.ENOUGH_CONNECTIONS
    seen = survey.mail_loss if mail else survey.all_loss
    figures = _loss_figures(survey.mail_loss, survey.all_loss)
    if not seen.acknowledged:
        reason = "It takes connections of which both directions are seen."
        return SpanFinding("loss", "unknown", "whether frames are missing cannot be said", reason, figures)
    share = seen.lost / seen.acknowledged
    level = thresholds.level(max(share, survey.all_loss.lost / max(survey.all_loss.acknowledged, 1)), thresholds.LOST)
    if mail and seen.lossy / seen.connections >= thresholds.LOSSY_MAIL:
        level = "problem"
    of = "mail" if mail else "TCP"
    reason = f"Of {byte_count(seen.acknowledged)} of {of} that were acknowledged {byte_count(seen.lost)} were not seen"
    reason += f" ({percent(seen.lost, seen.acknowledged)}), in {seen.lossy:,} of {seen.connections:,} connections."
    if mail and survey.all_loss.lost:
        whole = percent(survey.all_loss.lost, survey.all_loss.acknowledged)
        reason += f" Of all TCP it is {whole}."
    if level == "fine":
        return SpanFinding("loss", "fine", "hardly anything is missing", reason, figures)
    advice = ("mirror-load", "buffer") if survey.seconds is not None else ("mirror-load", "capture-drops")
    return SpanFinding("loss", level, "frames are missing", reason, figures, advice)


def _loss_figures(mail: Loss, everything: Loss) -> Figures:
    return {
        "mail_acknowledged": mail.acknowledged, "mail_lost": mail.lost, "mail_lossy": mail.lossy,
        "all_acknowledged": everything.acknowledged, "all_lost": everything.lost, "all_lossy": everything.lossy,
    }  # fmt: skip


def copies(survey: Survey) -> SpanFinding | None:
    """The same packet twice: how a mirror is set up shows in what differs."""
    seen = survey.copies
    figures: Figures = {
        "compared": seen.compared, "same": seen.same, "elsewhere": seen.elsewhere, "tagged": seen.tagged,
        "routed": seen.routed, "carried": seen.carried,
    }  # fmt: skip
    if not seen.compared:
        return None
    share = percent(seen.all, seen.compared)
    if seen.all < thresholds.COPIED * seen.compared:
        return SpanFinding("copies", "fine", "frames come once", f"{share} of {seen.compared:,} came twice.", figures)
    kinds = sorted(((getattr(seen, name), name) for name in COPY_WORDS), reverse=True)
    parts = [f"{count:,} {COPY_WORDS[name][0]}" for count, name in kinds if count]
    enough = thresholds.COPIED * seen.compared
    advice = tuple(dict.fromkeys(COPY_WORDS[name][1] for count, name in kinds if count >= enough))
    reason = f"{share} of {seen.compared:,} packets: {'; '.join(parts)}."
    reason += " Verdicts do not suffer, but the load is higher."
    return SpanFinding("copies", "note", "frames come twice", reason, figures, advice or ("mirror-once",))


def one_host(survey: Survey) -> SpanFinding | None:
    """A capture on a host shows that host."""
    if survey.one_host is None:
        return None
    reason = f"All TCP is from or to {survey.one_host}. Right if that is the relay or gateway all mail goes through."
    return SpanFinding(
        "one-host", "note", "one host's own traffic", reason, {"host": survey.one_host}, ("mirror-session",)
    )


def sampled(survey: Survey) -> SpanFinding | None:
    """Figures that stand for more."""
    if survey.sampled == 1:
        return None
    reason = f"Besides mail's, of {survey.sampled} connections one was followed: their figures are estimates."
    return SpanFinding("sampled", "note", "many connections", reason, {"sampled": survey.sampled})
