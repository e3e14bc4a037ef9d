"""How people get into the simulated vendor, and what lets us in after that: pages, grants, tokens."""
