"""Out to a sign-in page of somebody else, and back: the ways by which browsers leave us and return."""
