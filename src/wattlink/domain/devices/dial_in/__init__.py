"""Which devices may dial in, and over which line they are: the row is the right to, its turn the line that counts."""
