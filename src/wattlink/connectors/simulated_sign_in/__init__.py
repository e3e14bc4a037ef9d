"""What simulated vendors with a sign-in page of their own have in common: what they sign, and how their pages look."""
