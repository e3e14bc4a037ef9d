"""What an operator types: a file per group of commands."""
