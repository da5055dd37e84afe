"""What data looks like: records, findings, edits, taxonomy, columns. Imports nothing of the project."""
