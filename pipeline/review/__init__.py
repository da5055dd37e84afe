"""The review sheet: some images before and after, for a person to look at."""
