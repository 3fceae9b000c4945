"""Read the index, and what it finds, for one reader."""
