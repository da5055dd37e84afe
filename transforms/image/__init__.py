"""Images: open, audit, redact, verify, clean."""
