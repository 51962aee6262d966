"""Frames in, columns out."""
