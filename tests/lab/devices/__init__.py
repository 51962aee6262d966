"""The lab for device attribution: boxes that say who they are, and mail from them, recorded where a sensor may stand.

A scenario (`scenarios/`) builds networks of one or more LANs (`site`), joins boxes (`box`), lets them speak with real
daemons (`daemons`) and send mail, and is recorded on every LAN at once.  Its *cases* are what some sensor saw of it:
`captures/devices/<case>/`, one capture file for each sensor, and `truth.json` (`truth`) with what was really so.

Truth comes from how the lab is built: a frame that carries a box's card on the box's own LAN is that box's.  A
connection keeps its initial sequence number through routers and NAT, so it is known again on the far side.
"""
