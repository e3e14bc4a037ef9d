"""What speed is promised, measured against bare code that does the same; each a ratio within one run."""
