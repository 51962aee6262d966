"""The command line: one file per verb.  The only rooms that speak to a person.

Results go to standard output, everything else to standard error.
"""
