"""Who comes after whom: the table that every walk through the layers of a frame follows."""

from __future__ import annotations

from sniffer.decode import layers, tunnels
from sniffer.decode.layers import LENGTH
from sniffer.model.packets import ARP, LLDP, VRRP

LAYERS: dict[str, dict[int, layers.Layer]] = {
    "link": {
        0: layers.loopback,  # DLT_NULL
        1: layers.ethernet,  # DLT_EN10MB
        9: tunnels.serial,  # DLT_PPP
        12: layers.raw,  # DLT_RAW
        14: layers.raw,  # DLT_RAW on OpenBSD
        50: tunnels.serial,  # DLT_PPP_SERIAL
        101: layers.raw,  # LINKTYPE_RAW, as files have it
        104: tunnels.hdlc,  # DLT_C_HDLC
        108: layers.loopback,  # DLT_LOOP
        113: layers.cooked,  # DLT_LINUX_SLL
        228: layers.ipv4,  # DLT_IPV4
        229: layers.ipv6,  # DLT_IPV6
        276: layers.cooked2,  # DLT_LINUX_SLL2
    },
    "ethertype": {
        0x0800: layers.ipv4,
        0x86DD: layers.ipv6,
        0x8100: layers.vlan,  # IEEE 802.1Q
        0x8847: tunnels.mpls,
        0x8848: tunnels.mpls,
        0x8864: tunnels.pppoe,
        0x88A8: layers.vlan,  # IEEE 802.1ad
        LENGTH: layers.snap,
        ARP: layers.message(ARP),
        LLDP: layers.message(LLDP),
        0x9100: layers.vlan,  # QinQ before it had a standard
    },
    "version": {4: layers.ipv4, 6: layers.ipv6},
    "family": {
        2: layers.ipv4,
        10: layers.ipv6,
        24: layers.ipv6,
        28: layers.ipv6,
        30: layers.ipv6,
    },  # AF_INET; AF_INET6 of Linux, BSDs, macOS
    "protocol": {
        0: layers.extension,  # hop-by-hop options
        4: tunnels.bare_ipv4,
        6: layers.tcp,
        17: tunnels.datagram,
        41: tunnels.bare_ipv6,
        43: layers.extension,  # routing
        44: layers.fragment,
        47: tunnels.gre,
        51: layers.authentication,
        58: layers.neighbours,
        60: layers.extension,  # destination options
        97: tunnels.ether_ip,
        112: layers.message(VRRP),
        135: layers.extension,  # mobility
        139: layers.extension,  # host identity
        140: layers.extension,  # shim6
    },
    "udp": {4789: tunnels.vxlan, 4790: tunnels.vxlan, 8472: tunnels.vxlan, 6081: tunnels.geneve, 37008: tunnels.tzsp},
    "vxlan": {1: tunnels.bare_ipv4, 2: tunnels.bare_ipv6, tunnels.VXLAN_ETHERNET: tunnels.carried},
    "gre": {
        0x0800: tunnels.bare_ipv4,
        0x6558: tunnels.carried,  # Ethernet (RFC 7637)
        0x86DD: tunnels.bare_ipv6,
        0x8847: tunnels.mpls,
        0x88BE: tunnels.erspan,
        0x22EB: tunnels.erspan3,
    },
    "mpls": {
        4: tunnels.bare_ipv4,
        6: tunnels.bare_ipv6,
        tunnels.PSEUDOWIRE: tunnels.pseudowire,
        tunnels.MORE_LABELS: tunnels.mpls,
    },
    "ppp": {0x0021: layers.ipv4, 0x0057: layers.ipv6},
}
"""Table, number, layer.  A new encapsulation is a row here and a function above."""
