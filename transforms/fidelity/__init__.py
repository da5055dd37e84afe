"""Measures how much of the meaning stayed."""
