"""Quality of the text side, one measurement per file."""
