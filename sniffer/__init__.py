"""sniffer: a passive network analyzer for SMTP AUTH.

Which boxes on the network still log in with a password, to which service, how do we know and
how sure are we.  The rooms of the package and what passes between them: ``ARCHITECTURE.md``.
"""

__version__ = "0.1.0"
