"""What a login needs to be used: rows of their own, sealed, each generation replacing the one before."""
