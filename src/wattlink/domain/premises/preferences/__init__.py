"""What a partner says of a user's devices: which building they are at, their price zone, and what is wished of them."""
