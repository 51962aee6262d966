"""What the site already knows: its leases, neighbours, switch ports, translations and inventory in, facts out.

Takes the path of a file that a person named, gives clues, bindings and translations, each with its file and line.  What
a row says is no more than a row says: a table without times holds at the capture, a date that can be read in two ways
is refused, and a row that cannot be used is counted, with the first one's line.  A module a format:

``sniffing`` tells the format by the content · ``leases_isc`` ``leases_kea`` ``leases_dnsmasq`` ``leases_windows`` ·
``neighbours`` (ARP, switches) · ``nat_log`` ``nat_csv`` · ``inventory_list``; ``columns`` says what a CSV's columns
mean, ``moments`` what a time is, ``cells`` what an address is, ``lines`` what a line is.
"""

from sniffer.sources.site_tables.reading import SiteTable, kind_of, read
from sniffer.sources.site_tables.table import RowProblem, SiteFact

__all__ = ["RowProblem", "SiteFact", "SiteTable", "kind_of", "read"]
