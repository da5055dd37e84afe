"""Watermarked probing splits: who is planted where, how it is printed, and what proves the split honest."""
