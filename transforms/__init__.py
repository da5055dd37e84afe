"""What is done to data, one folder per concern."""
