"""Scores of answers to PRISM-style question sets (arXiv 2509.00192)."""
