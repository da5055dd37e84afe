"""Watermarked probing splits: what such a run is, from its config to its manifest."""
