"""What PRISM asks of an image, and the harmless questions that must still be answered."""
