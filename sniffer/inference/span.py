"""What a survey means: is this point one from which verdicts about mail can be trusted?

Each question is a function of the survey; it gives one finding, or none where it does not arise.  The thresholds below
say from where on a share is worth a word (note) or a change of the mirror (problem).  Where there is too little to go by
the answer is unknown: a capture that shows nothing is not a healthy one.
"""

from __future__ import annotations

from collections.abc import Callable

from sniffer.inference.span_words import busiest, byte_count, duration, listed, moment, percent, plural
from sniffer.model.survey import LEVELS, Directions, Group, Level, Loss, SpanFinding, Survey

ENOUGH_CONNECTIONS = 3
"""Connections from which it is said whether both directions are seen: of fewer one may stand for a scan."""

ONE_SIDED = (0.01, 0.05)
"""Shares of connections with one direction: a healthy mirror shows next to none once the edges are left out; from one in
twenty on, sessions go unjudged that somebody will ask for."""

LOST = (0.0001, 0.01)
"""Shares of acknowledged bytes that were never seen.  Zeek complains of one in a thousand gaps; a mail session has
some ten segments around its login, so one in a hundred bytes spoils one login in ten."""

LOSSY_MAIL = 0.05
"""Share of mail connections with a hole from which it is a problem whatever the bytes: mails' texts are most of these."""

DROPPED = 0.001
"""Share of frames that the kernel dropped from which it is a problem; any is worth a word."""

COPIED = 0.01
"""Share of packets that came twice from which it is worth a word.  Sessions are judged all the same; it doubles the load."""

TUNNELLED = 0.05
"""Share of frames in tunnels from which mail may well be hidden in them."""

CUT = 0.0
"""Share of frames captured in part: any of mail is one too many."""

BACKWARDS = 1_000_000
"""Microseconds by which a clock that goes back was set; less is the order in which a card's queues were read."""

SHUFFLED = 1000
"""Microseconds back that need no word: several queues of a card, or a tap's two directions."""

YEAR_2000, YEAR_2100 = 946_684_800_000_000, 4_102_444_800_000_000
"""Between these a clock can be believed."""

PAUSE = 60_000_000
"""Microseconds without a frame, in a capture of a frame a second or more, that a clock's step or a pause explains."""

MOSTLY = 0.95
"""A share that says what something is: of group addresses, a port that mirrors nothing."""

MALFORMED = 0.01
"""Share of IP packets whose headers make no sense, from which something mangles them."""

STRANGE = 0.2
"""Share of frames of protocols we do not decode from which it is said."""

JUMBO, USUAL_MSS = 9216, 1460
"""Bytes: of the longest frame that networks carry; of the largest segment where frames are not jumbo (RFC 9293 3.7.1)."""

FEW_FRAMES = 100
"""Frames below which nothing is said of clocks' grain and of addresses."""

ASKED_IN_VAIN = ("TZSP", "ERSPAN")
"""Tunnels that are a mirror themselves."""

DECODED = "IPv4, IPv6, up to two VLAN tags"


def findings(survey: Survey) -> tuple[SpanFinding, ...]:
    """Return what there is to say, the worst first."""
    if not survey.frames:
        found = [*filter(None, (unread(survey), nothing(survey), drops(survey)))]
    else:
        found = [each for ask in QUESTIONS if (each := ask(survey))]
    return tuple(sorted(found, key=lambda each: LEVELS.index(each.level)))


def nothing(survey: Survey) -> SpanFinding:
    """No frame at all."""
    where = f"in {survey.seconds:.0f} s" if survey.seconds is not None else "in what could be read"
    reason = "Nothing can be said of this point: either nothing is sent here, or nothing is copied to it."
    return SpanFinding("no-frames", "problem", f"no frame {where}", reason, {}, ("mirror-session", "interface-up"))


def unread(survey: Survey) -> SpanFinding | None:
    """Files and interfaces that could not be read."""
    if not survey.unread:
        return None
    title = f"{plural(len(survey.unread), 'input')} could not be read, or not to the end"
    return SpanFinding("unread", "problem", title, " ".join(survey.unread[:3]), {"inputs": len(survey.unread)})


def directions(survey: Survey) -> SpanFinding:
    """Both directions of a conversation are needed: replies say what a command meant."""
    of_mail = survey.mail_directions.connections >= ENOUGH_CONNECTIONS
    seen = survey.mail_directions if of_mail else survey.all_directions
    kind = "mail connections" if of_mail else "TCP connections"
    figures: dict[str, int | float | str | None] = {
        "connections": seen.connections, "one_sided": seen.one_sided, "to_server": seen.to_server,
        "mail_connections": survey.mail_directions.connections, "mail_one_sided": survey.mail_directions.one_sided,
        "all_connections": survey.all_directions.connections, "all_one_sided": survey.all_directions.one_sided,
    }  # fmt: skip
    if seen.connections < ENOUGH_CONNECTIONS:
        reason = f"{plural(seen.connections, 'TCP connection')} with enough segments to tell."
        return SpanFinding(
            "directions", "unknown", "too little TCP to see whether both directions are here", reason, figures,
            ("listen-longer",),
        )  # fmt: skip
    level = _level(seen.one_sided / seen.connections, ONE_SIDED)
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
    return seen.connections > 0 and seen.one_sided / seen.connections >= ONE_SIDED[1]


def _apart(survey: Survey) -> str:
    said = ""
    if survey.split:
        said += f" Of {survey.split:,} each is in another file or interface: always read them together."
    if survey.crossed:
        said += f" Of {survey.crossed:,} each has another VLAN tag, which does no harm."
    return said


def loss(survey: Survey) -> SpanFinding:
    """What was acknowledged was there; what of it no frame shows, the capture lost."""
    mail = survey.mail_loss.connections >= ENOUGH_CONNECTIONS
    seen = survey.mail_loss if mail else survey.all_loss
    figures = _loss_figures(survey.mail_loss, survey.all_loss)
    if not seen.acknowledged:
        reason = "It takes connections of which both directions are seen."
        return SpanFinding("loss", "unknown", "whether frames are missing cannot be said", reason, figures)
    share = seen.lost / seen.acknowledged
    level = _level(max(share, survey.all_loss.lost / max(survey.all_loss.acknowledged, 1)), LOST)
    if mail and seen.lossy / seen.connections >= LOSSY_MAIL:
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


def _loss_figures(mail: Loss, everything: Loss) -> dict[str, int | float | str | None]:
    return {
        "mail_acknowledged": mail.acknowledged, "mail_lost": mail.lost, "mail_lossy": mail.lossy,
        "all_acknowledged": everything.acknowledged, "all_lost": everything.lost, "all_lossy": everything.lossy,
    }  # fmt: skip


def drops(survey: Survey) -> SpanFinding | None:
    """What the kernel or the card lost, where somebody counted."""
    if not survey.interfaces:
        return None
    counted = [each for each in survey.interfaces if each.dropped is not None]
    dropped = sum(each.dropped or 0 for each in counted)
    before = sum(each.dropped_before or 0 for each in survey.interfaces)
    received = sum(each.received or each.frames for each in survey.interfaces)
    figures: dict[str, int | float | str | None] = {
        "received": received, "dropped": dropped if counted else None, "dropped_before": before,
    }  # fmt: skip
    if not counted:
        return SpanFinding("drops", "unknown", "the system does not count dropped frames", "Loss above tells.", figures)
    downs = sum(each.downs for each in survey.interfaces)
    said = f" The interface went down {downs} times." if downs else ""
    reason = f"{dropped:,} of {received:,} frames by the kernel, {before:,} by the card or its driver.{said}"
    if not dropped and not before:
        return SpanFinding("drops", "note" if downs else "fine", "no frame was dropped on this machine", reason, figures)
    level: Level = "problem" if dropped + before >= DROPPED * max(received, 1) else "note"
    return SpanFinding("drops", level, "this machine drops frames", reason, figures, ("buffer", "ring"))


def copies(survey: Survey) -> SpanFinding | None:
    """The same packet twice: how a mirror is set up shows in what differs."""
    seen = survey.copies
    figures: dict[str, int | float | str | None] = {
        "compared": seen.compared, "same": seen.same, "elsewhere": seen.elsewhere, "tagged": seen.tagged,
        "routed": seen.routed, "carried": seen.carried,
    }  # fmt: skip
    if not seen.compared:
        return None
    share = percent(seen.all, seen.compared)
    if seen.all < COPIED * seen.compared:
        return SpanFinding("copies", "fine", "frames come once", f"{share} of {seen.compared:,} came twice.", figures)
    kinds = sorted(((getattr(seen, name), name) for name in COPY_WORDS), reverse=True)
    parts = [f"{count:,} {COPY_WORDS[name][0]}" for count, name in kinds if count]
    advice = tuple(dict.fromkeys(COPY_WORDS[name][1] for count, name in kinds if count >= COPIED * seen.compared))
    reason = f"{share} of {seen.compared:,} packets: {'; '.join(parts)}. Verdicts do not suffer, but the load is higher."
    return SpanFinding("copies", "note", "frames come twice", reason, figures, advice or ("mirror-once",))


COPY_WORDS = {
    "same": ("the very same frame, as of a mirror of both ends of a path or of a VLAN in both directions", "mirror-once"),
    "elsewhere": ("on another interface or in another file", "mirror-apart"),
    "tagged": ("with another VLAN tag, as before and behind a trunk", "mirror-once"),
    "routed": ("with another hop count, before and behind a router", "mirror-one-side"),
    "carried": ("with other cards' addresses, as before and behind a bridge or firewall", "mirror-one-side"),
}
"""Fields of ``Copies`` in words, and what to change."""


def tags(survey: Survey) -> SpanFinding:
    """VLAN tags: we follow two."""
    figures: dict[str, int | float | str | None] = {
        "tagged": survey.tagged, "double": survey.double, "deep": survey.deep, "vlans": len(survey.vlans),
    }  # fmt: skip
    if survey.deep:
        reason = f"{survey.deep:,} frames have more than two; capture filters and we look behind two."
        return SpanFinding("tags", "problem", "frames have more tags than are looked behind", reason, figures, ("tags",))
    if not survey.tagged:
        reason = "All frames are untagged: right for an access port; of a trunk the tags are lost on the way."
        return SpanFinding("tags", "fine", "no VLAN tags", reason, figures)
    share = percent(survey.tagged, survey.frames)
    reason = f"{share} of the frames; outermost VLANs: {busiest(survey.vlans)}."
    reason += f" {survey.double:,} frames have two tags." if survey.double else ""
    title = "VLAN tags are kept, and decoded"
    return SpanFinding("tags", "fine", title, reason, figures)


def tunnels(survey: Survey) -> SpanFinding | None:
    """Packets within packets: what is in there is not seen."""
    count = sum(count for _, count in survey.tunnels)
    figures: dict[str, int | float | str | None] = {"frames": count, **dict(survey.tunnels)}
    if not count:
        return None
    names = {name for name, _ in survey.tunnels}
    many = count >= TUNNELLED * survey.frames or not survey.mail.connections or bool(names & {*ASKED_IN_VAIN})
    reason = f"{percent(count, survey.frames)} of the frames: {busiest(survey.tunnels)}. What they carry is not decoded,"
    reason += f" so mail in them is not seen (decoded are {DECODED})."
    mirrors = [name for name in ASKED_IN_VAIN if name in names]
    advice = ("mirror-local",) if mirrors else ("behind-tunnel",)
    title = f"the mirror itself comes in a tunnel: {mirrors[0]}" if mirrors else f"tunnels: {listed(sorted(names))}"
    return SpanFinding("tunnels", "problem" if many else "note", title, reason, figures, advice)


def mail(survey: Survey) -> SpanFinding:
    """SMTP at all?"""
    seen = survey.mail
    figures: dict[str, int | float | str | None] = {
        "connections": seen.connections, "begun": seen.begun, "starttls": seen.starttls, "implicit": seen.implicit,
        "clear": seen.clear, "servers": len(seen.servers), "elsewhere": sum(count for _, count in seen.elsewhere),
    }  # fmt: skip
    ports = listed(map(str, survey.ports))
    elsewhere = f" EHLO was said to other ports: {busiest(seen.elsewhere, 'port ')}." if seen.elsewhere else ""
    if not seen.connections and seen.elsewhere:
        title = "SMTP is spoken on other ports than those looked at"
        return SpanFinding("mail", "problem", title, f"Nothing on {ports}.{elsewhere}", figures, ("ports",))
    if not seen.connections:
        reason = f"No TCP from or to port {ports}. Either none was sent meanwhile, or it does not pass here."
        return SpanFinding("mail", "unknown", "no SMTP is seen", reason, figures, ("mail-path", "listen-longer"))
    servers = ", ".join(f"{each.ip}:{each.port} ({each.connections:,})" for each in seen.servers[:3])
    more = f" and {len(seen.servers) - 3} more" if len(seen.servers) > 3 else ""
    reason = f"{plural(seen.connections, 'connection')} on ports {busiest(seen.ports)}, {seen.begun:,} from their beginning:"
    reason += f" {seen.starttls:,} with STARTTLS, {seen.implicit:,} TLS from the start, {seen.clear:,} in clear."
    reason += f" Servers: {servers}{more}.{elsewhere}"
    if not seen.begun:
        title = "SMTP is seen, but no connection from its beginning"
        return SpanFinding("mail", "note", title, reason, figures, ("listen-longer",))
    level: Level = "note" if seen.elsewhere else "fine"
    return SpanFinding("mail", level, "SMTP is seen", reason, figures, ("ports",) if seen.elsewhere else ())


def attribution(survey: Survey) -> SpanFinding:
    """Who a box is, is told by ARP, DHCP and the like, which no router passes on."""
    figures: dict[str, int | float | str | None] = dict(survey.messages)
    names = {name for name, _ in survey.messages}
    near = names & {"ARP", "IPv6 neighbours", "DHCP", "DHCPv6", "mDNS", "NetBIOS", "LLMNR", "SSDP", "WS-Discovery"}
    seen = f"Seen: {busiest(survey.messages)}." if survey.messages else "Nothing of the kind is seen."
    if not near:
        title = "nothing here tells which box has an address"
        reason = f"{seen} Devices will be addresses; behind a router or address translation not even one each."
        return SpanFinding("attribution", "note", title, reason, figures, ("clients-vlan", "facts"))
    if not names & {"DHCP", "DHCPv6"}:
        reason = f"{seen} No DHCP: it names boxes best, when they start or renew (half a lease)."
        return SpanFinding("attribution", "note", "boxes can be told apart, DHCP is not seen", reason, figures, ("facts",))
    return SpanFinding("attribution", "fine", "boxes say who they are", seen, figures)


def giants(survey: Survey) -> SpanFinding | None:
    """Frames that no wire carries: a card or a kernel has joined segments, or not yet cut them."""
    figures: dict[str, int | float | str | None] = {
        "giants": survey.giants, "longest": survey.longest, "largest_mss": survey.largest_mss or None,
        "unsegmented": survey.unsegmented,
    }  # fmt: skip
    if not survey.giants and not survey.unsegmented:
        reason = f"The longest has {survey.longest:,} bytes."
        return SpanFinding("giants", "fine", "frames are as long as on the wire", reason, figures)
    joined = survey.longest > JUMBO or 0 < survey.largest_mss <= USUAL_MSS or bool(survey.unsegmented)
    reason = f"{survey.giants:,} frames are longer than Ethernet's usual, up to {survey.longest:,} bytes. "
    if survey.unsegmented:
        reason += f"{survey.unsegmented:,} were captured before the card had cut them: on the sending host. "
    if not joined:
        title = "jumbo frames, or joined ones"
        return SpanFinding("giants", "note", title, reason + "Both are read like any other.", figures, ("offload",))
    reason += "They are read like any other, but take a full snapshot length, and hide how records were sent."
    return SpanFinding("giants", "note", "a card or kernel joins frames (offload)", reason, figures, ("offload",))


def snaplen(survey: Survey) -> SpanFinding:
    """Frames that were captured in part."""
    figures: dict[str, int | float | str | None] = {
        "cut": survey.cut, "cut_mail": survey.cut_mail, "snaplen": survey.snaplen or None,
    }  # fmt: skip
    if not survey.cut:
        reason = f"{survey.ip:,} IP packets, none of them cut."
        return SpanFinding("snaplen", "fine", "frames are captured whole", reason, figures)
    reason = f"{survey.cut:,} of {survey.ip:,} IP packets are cut, {survey.cut_mail:,} of them of mail;"
    reason += f" the longest of these has {survey.snaplen:,} bytes. What is cut off is a gap: a login in it is not judged."
    level: Level = "problem" if survey.cut_mail or not survey.mail.connections else "note"
    return SpanFinding("snaplen", level, "frames are cut short", reason, figures, ("snaplen",))


def clock(survey: Survey) -> SpanFinding:
    """Times that cannot be: sessions, leases and names are joined by time."""
    problems, notes = [], []
    for each in survey.clocks:
        where = f"{each.name}: " if len(survey.clocks) > 1 else ""
        if not each.frames:
            continue
        if not YEAR_2000 < min(each.first, each.last) <= max(each.first, each.last) < YEAR_2100:
            problems.append(f"{where}times cannot be right (from {moment(each.first)})")
        if each.stands_still and each.frames >= FEW_FRAMES:
            problems.append(f"{where}all {each.frames:,} frames have one time")
        if each.furthest_back >= BACKWARDS:
            problems.append(f"{where}goes back {each.backwards:,} times, by up to {duration(each.furthest_back)}")
        elif each.furthest_back >= SHUFFLED:
            notes.append(f"{where}goes back {each.backwards:,} times, by up to {duration(each.furthest_back)}")
        if each.grain > 1 and each.frames >= FEW_FRAMES and not each.stands_still:
            notes.append(f"{where}counts in steps of {duration(each.grain)}: delays within a session tell little")
        if each.silence >= PAUSE and each.frames * 1_000_000 >= each.last - each.first > 0:
            notes.append(f"{where}jumps ahead by {duration(each.silence)}: paused, or the clock was set")
    figures: dict[str, int | float | str | None] = {
        "backwards": sum(each.backwards for each in survey.clocks),
        "furthest_back": max((each.furthest_back for each in survey.clocks), default=0),
        "longest_silence": max((each.silence for each in survey.clocks), default=0),
    }
    reason = "; ".join([*problems, *notes])
    if problems:
        return SpanFinding("clock", "problem", "the clock cannot be trusted", f"{reason}.", figures, ("clock",))
    if notes:
        return SpanFinding("clock", "note", "the clock is not quite even", f"{reason}.", figures, ("clock",))
    begin = min((each.first for each in survey.clocks if each.frames), default=0)
    end = max((each.last for each in survey.clocks if each.frames), default=0)
    return SpanFinding(
        "clock", "fine", "the clock runs evenly", f"From {moment(begin)}, {duration(end - begin)}.", figures
    )


def reach(survey: Survey) -> SpanFinding | None:
    """A port that mirrors nothing gets broadcasts all the same."""
    if survey.addressed < FEW_FRAMES or survey.groups < MOSTLY * survey.addressed or survey.tcp > survey.groups:
        return None
    figures: dict[str, int | float | str | None] = {"addressed": survey.addressed, "groups": survey.groups}
    reason = f"{percent(survey.groups, survey.addressed)} of the frames are broadcasts and multicasts,"
    reason += " which a switch sends to every port. What others say to each other does not come here."
    return SpanFinding("reach", "problem", "this port is no mirror", reason, figures, ("mirror-session",))


def one_host(survey: Survey) -> SpanFinding | None:
    """A capture on a host shows that host."""
    if survey.one_host is None:
        return None
    reason = f"All TCP is from or to {survey.one_host}. Right if that is the relay or gateway all mail goes through."
    return SpanFinding(
        "one-host", "note", "one host's own traffic", reason, {"host": survey.one_host}, ("mirror-session",)
    )


def link(survey: Survey) -> SpanFinding | None:
    """Link types that leave something out."""
    names = {name for name, _ in survey.links}
    figures: dict[str, int | float | str | None] = dict(survey.links)
    if "Linux cooked" in names:
        reason = "Captured with -i any: only the sender's card is told, and a packet shows on each interface it passes."
        return SpanFinding("link", "note", "cooked frames", reason, figures, ("not-any",))
    if names & {"raw IP", "raw IPv4", "raw IPv6"}:
        reason = "Captured above the link: no cards, no ARP, so a device is an address."
        return SpanFinding("link", "note", "frames without a link layer", reason, figures, ("not-any",))
    return None


def damage(survey: Survey) -> SpanFinding | None:
    """Headers that make no sense, and protocols that are not ours."""
    figures: dict[str, int | float | str | None] = {"malformed": survey.malformed, **dict(survey.strangers)}
    if survey.malformed >= MALFORMED * max(survey.ip, 1) and survey.malformed:
        reason = f"{survey.malformed:,} of {survey.ip:,} IP packets have headers that make no sense, or are cut in them."
        return SpanFinding("malformed", "problem", "packets are mangled", reason, figures, ("mangled",))
    count = sum(count for _, count in survey.strangers)
    if count < STRANGE * survey.frames:
        return None
    reason = f"{percent(count, survey.frames)} of the frames: {busiest(survey.strangers)}. Mail in them is not seen."
    return SpanFinding("strangers", "note", "protocols that are not decoded", reason, figures)


def sampled(survey: Survey) -> SpanFinding | None:
    """Figures that stand for more."""
    if survey.sampled == 1:
        return None
    reason = f"Of connections besides mail's every {survey.sampled}th was followed; their figures are estimates."
    return SpanFinding("sampled", "note", "many connections", reason, {"sampled": survey.sampled})


def _level(share: float, thresholds: tuple[float, float]) -> Level:
    note, problem = thresholds
    return "problem" if share >= problem else "note" if share >= note else "fine"


QUESTIONS: tuple[Callable[[Survey], SpanFinding | None], ...] = (
    unread, reach, directions, loss, drops, snaplen, tunnels, mail, attribution, clock, copies, tags, giants, link,
    damage, one_host, sampled,
)  # fmt: skip
"""What is asked, in the order in which the answers stand among those of one level."""
