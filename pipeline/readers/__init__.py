"""Reads every input form as raw rows."""
