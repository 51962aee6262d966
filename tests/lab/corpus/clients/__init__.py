"""The client programs of the corpus: what they are, what they can, and how they are started."""
