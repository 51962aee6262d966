"""What is in the frames: SMTP, what tells boxes apart, tags, tunnels, and what we do not decode."""

from __future__ import annotations

from sniffer.inference.span import thresholds
from sniffer.inference.span.words import busiest, listed, percent, plural
from sniffer.model.survey import Figures, Level, Mail, SpanFinding, Survey

MIRRORS = ("TZSP", "ERSPAN")
"""Tunnels that are a mirror themselves."""

TUNNELS = (
    "GRE", "NVGRE", "ERSPAN", "VXLAN", "GENEVE", "TZSP", "MPLS", "PPPoE", "IP in IP", "IPv6 in IPv4", "EtherIP",
)  # fmt: skip
"""What is decoded behind them, as ``Survey.tunnels`` calls them."""

DECODED = f"IPv4, IPv6, up to two VLAN tags, {', '.join(TUNNELS)}"


def mail(survey: Survey) -> SpanFinding:
    """Say whether there is SMTP at all, and how it begins."""
    seen = survey.mail
    figures: Figures = {
        "connections": seen.connections, "begun": seen.begun, "starttls": seen.starttls, "implicit": seen.implicit,
        "clear": seen.clear, "unanswered": seen.unanswered, "servers": len(seen.servers),
        "elsewhere": sum(count for _, count in seen.elsewhere),
    }  # fmt: skip
    ports = listed(map(str, survey.ports))
    elsewhere = f" EHLO was said to other ports: {busiest(seen.elsewhere, 'port ')}." if seen.elsewhere else ""
    if not seen.connections and seen.elsewhere:
        title = "SMTP is spoken on other ports than those looked at"
        return SpanFinding("mail", "problem", title, f"Nothing on {ports}.{elsewhere}", figures, ("ports",))
    if not seen.connections:
        reason = f"No TCP from or to port {ports}. Either none was sent meanwhile, or it does not pass here."
        return SpanFinding("mail", "unknown", "no SMTP is seen", reason, figures, ("mail-path", "listen-longer"))
    reason = _spoken(seen) + elsewhere
    advice = ("ports",) if seen.elsewhere else ()
    if not seen.begun:
        title = "SMTP is seen, but no connection from its beginning"
        return SpanFinding("mail", "note", title, reason, figures, ("listen-longer",))
    if seen.unanswered == seen.connections:
        title = "only attempts to connect to mail ports are seen"
        return SpanFinding("mail", "unknown", title, reason, figures, ("listen-longer", "mirror-both"))
    if seen.unanswered >= thresholds.UNANSWERED * seen.connections:
        title = "SMTP is seen, and many attempts that came to nothing"
        return SpanFinding("mail", "note", title, reason, figures, advice)
    level: Level = "note" if seen.elsewhere else "fine"
    return SpanFinding("mail", level, "SMTP is seen", reason, figures, advice)


def _spoken(seen: Mail) -> str:
    """Say how many connections there were, how they began, and to whom."""
    servers = ", ".join(f"{each.ip}:{each.port} ({each.connections:,})" for each in seen.servers[:3])
    more = f" and {len(seen.servers) - 3} more" if len(seen.servers) > 3 else ""
    nothing = f" {seen.unanswered:,} came to nothing." if seen.unanswered else ""
    reason = f"{plural(seen.connections, 'connection')} on ports {busiest(seen.ports)},"
    reason += f" {seen.begun:,} from their beginning: {seen.starttls:,} with STARTTLS,"
    reason += f" {seen.implicit:,} TLS from the start, {seen.clear:,} in clear.{nothing}"
    return f"{reason} Servers: {servers}{more}."


def attribution(survey: Survey) -> SpanFinding:
    """Who a box is, is told by ARP, DHCP and the like, which no router passes on."""
    figures: Figures = dict(survey.messages)
    names = {name for name, _ in survey.messages}
    near = names & {"ARP", "IPv6 neighbours", "DHCP", "DHCPv6", "mDNS", "NetBIOS", "LLMNR", "SSDP", "WS-Discovery"}
    seen = f"Seen: {busiest(survey.messages)}." if survey.messages else "Nothing of the kind is seen."
    if not near:
        title = "nothing here tells which box has an address"
        reason = f"{seen} Devices will be addresses; behind a router or address translation not even one each."
        return SpanFinding("attribution", "note", title, reason, figures, ("clients-vlan", "facts"))
    if not names & {"DHCP", "DHCPv6"}:
        reason = f"{seen} No DHCP: it names boxes best, when they start or renew (half a lease)."
        title = "boxes can be told apart, DHCP is not seen"
        return SpanFinding("attribution", "note", title, reason, figures, ("facts",))
    return SpanFinding("attribution", "fine", "boxes say who they are", seen, figures)


def tags(survey: Survey) -> SpanFinding:
    """VLAN tags: we follow two."""
    figures: Figures = {
        "tagged": survey.tagged, "double": survey.double, "deep": survey.deep, "vlans": len(survey.vlans),
    }  # fmt: skip
    if survey.deep:
        reason = f"{survey.deep:,} frames have more; capture filters and we look behind two."
        return SpanFinding("tags", "problem", "frames have more than two tags", reason, figures, ("tags",))
    if not survey.tagged:
        reason = "All frames are untagged: right for an access port; of a trunk the tags are lost on the way."
        return SpanFinding("tags", "fine", "no VLAN tags", reason, figures)
    share = percent(survey.tagged, survey.frames)
    reason = f"{share} of the frames; outermost VLANs: {busiest(survey.vlans)}."
    reason += f" {survey.double:,} frames have two tags." if survey.double else ""
    title = "VLAN tags are kept, and decoded"
    return SpanFinding("tags", "fine", title, reason, figures)


def tunnels(survey: Survey) -> SpanFinding | None:
    """Packets within packets: what is in some is decoded, and of others it is not seen."""
    count = sum(count for _, count in survey.tunnels)
    figures: Figures = {"frames": count, **dict(survey.tunnels)}
    if not count:
        return None
    hidden = tuple((name, frames) for name, frames in survey.tunnels if name not in TUNNELS)
    reason = f"{percent(count, survey.frames)} of the frames: {busiest(survey.tunnels)}."
    if not hidden:
        title = f"tunnels are decoded: {listed(sorted(name for name, _ in survey.tunnels))}"
        return SpanFinding("tunnels", "fine", title, f"{reason} Mail in them is seen.", figures)
    unseen = sum(frames for _, frames in hidden)
    many = unseen >= thresholds.TUNNELLED * survey.frames or not survey.mail.connections
    names = listed(sorted(name for name, _ in hidden))
    reason += f" What {names} carries is not decoded, so mail in there is not seen (decoded are {DECODED})."
    mirrors = [name for name, _ in hidden if name.startswith(MIRRORS)]
    advice = ("mirror-local",) if mirrors else ("behind-tunnel",)
    title = f"the mirror itself comes in a tunnel: {mirrors[0]}" if mirrors else f"tunnels: {names}"
    return SpanFinding("tunnels", "problem" if many or mirrors else "note", title, reason, figures, advice)


def link(survey: Survey) -> SpanFinding | None:
    """Link types that leave something out."""
    names = {name for name, _ in survey.links}
    figures: Figures = dict(survey.links)
    if "Linux cooked" in names:
        reason = "Captured with -i any: only the sender's card is told, and a packet shows on each interface it passes."
        return SpanFinding("link", "note", "cooked frames", reason, figures, ("not-any",))
    if names & {"raw IP", "raw IPv4", "raw IPv6"}:
        reason = "Captured above the link: no cards, no ARP, so a device is an address."
        return SpanFinding("link", "note", "frames without a link layer", reason, figures, ("not-any",))
    return None


def damage(survey: Survey) -> SpanFinding | None:
    """Headers that make no sense, and protocols that are not ours."""
    figures: Figures = {"malformed": survey.malformed, **dict(survey.strangers)}
    if survey.malformed >= thresholds.MALFORMED * max(survey.ip, 1) and survey.malformed:
        reason = f"{survey.malformed:,} of {survey.ip:,} IP packets have headers that make no sense, or half of one."
        return SpanFinding("malformed", "problem", "packets are mangled", reason, figures, ("mangled",))
    count = sum(count for _, count in survey.strangers)
    if count < thresholds.STRANGE * survey.frames:
        return None
    reason = f"{percent(count, survey.frames)} of the frames: {busiest(survey.strangers)}. Mail in them is not seen."
    return SpanFinding("strangers", "note", "protocols that are not decoded", reason, figures)
