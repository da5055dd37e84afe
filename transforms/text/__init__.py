"""Finds and removes what text tells about people."""
