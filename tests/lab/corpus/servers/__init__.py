"""The servers of the corpus: real ones with a log that tells all, and personas by the dozen in one process."""
