"""A tiny model that is trained here on a watermarked split, and what the statistics find in it."""
