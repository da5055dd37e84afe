"""What the image side finds, hides and leaves alone, measured."""
