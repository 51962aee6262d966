"""Facts and findings, kept.  So far the run's own spool: facts on their way from phase A to phase B.

Takes sessions, names, and what was heard of boxes (``box_tables``); adds up what memory wrote in parts, and answers by
index what judgement asks of one card or address.
"""
