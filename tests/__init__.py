"""The tests, in the same tree as the package; ``lab`` and ``bench`` start other programs."""
