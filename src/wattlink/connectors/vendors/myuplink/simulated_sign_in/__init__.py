"""The simulated vendor's sign-in: its pages, and the tokens that come of them."""
