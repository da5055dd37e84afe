"""Finds names of people with a token classifier on the MiniLM encoder; the weights ship with the package."""
