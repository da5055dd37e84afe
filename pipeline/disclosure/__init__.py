"""Disclosure and retention benchmarks: what such a run is, from its config to its manifest."""
