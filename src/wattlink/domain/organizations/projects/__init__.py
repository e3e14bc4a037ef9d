"""Projects: what an organization groups its applications by, and the applications as their operators describe them."""
