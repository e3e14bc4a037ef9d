"""What ends several nouns at once: deleting or deauthorizing a user, disconnecting a vendor."""
