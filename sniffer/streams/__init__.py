"""Packets in, streams out: connections followed, each direction's bytes in order.

Takes ``model.packets.Packets``; tells a ``model.events.Watcher`` per connection of data, gaps and the
close, and hands every finished ``Connection`` back.  Bounded by ``model.limits``; every "now" is a
packet's time.  Touches nothing of the world.

Of all TCP, not only mail's, ``coverage`` tells which directions were seen and what is missing; ``copies`` tells what
came twice.
"""

from sniffer.streams.connection import Connection
from sniffer.streams.table import ConnectionTable

__all__ = ["Connection", "ConnectionTable"]
