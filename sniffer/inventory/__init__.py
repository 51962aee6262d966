"""Facts and findings, kept.  So far the run's own spool: facts on their way from phase A to phase B."""
