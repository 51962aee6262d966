"""Which box is it: cards, addresses, routers and names become devices, by what was measured before what was said.

Takes facts of boxes (``model.clues``) and of sessions, gives for a session its device and how sure that is, and for a
device what it is.  A card on the client's own link is a measurement; an address that a card had then is one too.  A
name is a claim: it may lead where nothing was measured, and never joins what measurements separate.  The router is
never blamed, and unknown beats wrong.
"""

from sniffer.inference.identity.box import Box, Seen, describe
from sniffer.inference.identity.gateways import Link
from sniffer.inference.identity.owners import Owners
from sniffer.inference.identity.records import Records

__all__ = ["Box", "Link", "Owners", "Records", "Seen", "describe"]
