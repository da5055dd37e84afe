"""The page that says what a run found and did."""
