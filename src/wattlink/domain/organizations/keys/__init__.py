"""Keys: the client credentials with which an application fetches its tokens, several at once for rotation."""
