"""Our selection as a filter expression that other programs take, narrowed to a host where that is wanted."""

from __future__ import annotations

from collections.abc import Collection

from sniffer.sources import bpf

ABOVE_LINK = 12
"""DLT_RAW: for this the selection of mail has neither tags nor anything of Ethernet."""


def expression(
    ports: Collection[int], senders: Collection[int], discovery: bpf.Discovery, host: str | None = None
) -> str:
    """Return a filter for Ethernet, untagged and behind one and two VLAN tags (pcap-filter(7)).

    Without a host it is what ``bpf.selection`` says.  Of a host mail and DNS answers are its own; what boxes say of
    themselves stays, since who a host is others tell too.
    """
    if host is None:
        return bpf.selection(ports, bpf.DLT_EN10MB, senders=senders, discovery=discovery)
    mail = bpf.selection(ports, ABOVE_LINK, senders=senders)
    inner = " or ".join([f"(host {host} and ({mail}))", *discovery.expressions(bpf.DLT_EN10MB)])
    return f"{inner} or (vlan and ({inner} or (vlan and ({inner}))))"
