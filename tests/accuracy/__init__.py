"""How right the inference is, and the fit of its parameters: `python -m tests.accuracy --help`.

Works on corpora: folders with `corpus.pcap` and `labels.jsonl` (`python -m tests.lab.corpus` makes one).
"""
