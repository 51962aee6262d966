"""Facts and findings, kept: for a run (the spool), and for good (the inventory).

The run's spool takes sessions, names, and what was heard of boxes (``box_tables``); adds up what memory wrote in parts,
and answers by index what judgement asks of one card or address.  The inventory (``store``) takes the findings of runs
and remembers devices under lasting ids; it holds no length of a record, nor what else a run must keep to itself.
"""
