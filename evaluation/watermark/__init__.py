"""What is measured of watermarked probing splits."""
