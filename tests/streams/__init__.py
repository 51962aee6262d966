"""Reassembly: segments in, bytes and gaps out."""
