"""Judges of what a model said (rules, published judgements, language models), and how far they agree."""
