"""A live capture: processes that follow the wire, and the one that asked for them.

Each *listener* (a process of its own) opens the interfaces, gives its privileges up, follows its share of the
connections and sends facts.  ``Live`` takes them into the run's spool and judges whenever it is asked, while listening
goes on.
"""

from sniffer.pipeline.live.messages import LiveSettings
from sniffer.pipeline.live.parent import Live

__all__ = ["Live", "LiveSettings"]
