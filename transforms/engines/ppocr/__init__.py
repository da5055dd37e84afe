"""Reading print with PP-OCR's detection and recognition models."""
