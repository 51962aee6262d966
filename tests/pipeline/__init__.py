"""Tests of ``sniffer.pipeline``."""
