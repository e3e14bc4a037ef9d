"""What the pages say, in which language."""
