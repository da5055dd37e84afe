"""Scores of disclosure and retention benchmarks (MM-Privacy, arXiv 2606.09125)."""
