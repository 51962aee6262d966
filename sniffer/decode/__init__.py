"""Frames in, packets out: headers as numpy columns, a whole batch at a time.

Takes ``model.frames.Frames``, gives ``model.packets.Packets``, ``Datagrams`` and
``Messages``.  Who comes after whom is a row of ``table.LAYERS``; ``survey`` looks at whole batches by the same table,
and counts what it passes by.  Touches nothing of the world, and never raises for what a frame holds.
"""

from sniffer.decode.columns import Decoded, Discovery, decode, link_is_known
from sniffer.decode.exclusion import Exclusion

__all__ = ["Decoded", "Discovery", "Exclusion", "decode", "link_is_known"]
