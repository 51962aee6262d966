"""The live engine: listeners, the inbox, what is judged in between; over a made wire, without a right to capture."""
