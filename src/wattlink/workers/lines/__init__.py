"""Where devices dial in: one process of any number, each with the lines that end at it."""
