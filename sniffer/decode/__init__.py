"""Frames in, packets out: headers as numpy columns, a whole batch at a time.

Takes ``model.frames.Frames``, gives ``model.packets.Packets`` and ``Datagrams``.  Who comes after whom is a row of
``layers.LAYERS``.  Touches nothing of the world, and never raises for what a frame holds.
"""

from sniffer.decode.columns import decode, link_is_known
from sniffer.decode.exclusion import Exclusion

__all__ = ["Exclusion", "decode", "link_is_known"]
