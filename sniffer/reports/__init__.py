"""Findings in, something to read out: tables for people, JSON and CSV for programs.

Takes ``model.findings``, writes to an open text stream.  Text from the wire is escaped for its medium
here, names of users and of their hosts are redacted here if asked (``personal``), and nowhere else is anything shown.
"""
