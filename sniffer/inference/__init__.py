"""Facts in, findings out: a pure function of the set of facts.

Takes ``model.facts``, gives ``model.findings``, each with its reason.  What was said in clear is judged as said; inside
TLS a dialogue is read by its lengths, with the odds of every reading.  Whose a session is, and what that box is,
``identity`` says by all that was heard of boxes.  Which order the facts come in, and how the
capture was divided, changes nothing.  Touches nothing of the world; "now" is the end of the data.
"""

from sniffer.inference.devices import DeviceLedger
from sniffer.inference.identity import Link, Owners
from sniffer.inference.names import Names
from sniffer.inference.networks import Networks
from sniffer.inference.parties import Site
from sniffer.inference.sessions import Judge

__all__ = ["DeviceLedger", "Judge", "Link", "Names", "Networks", "Owners", "Site"]
