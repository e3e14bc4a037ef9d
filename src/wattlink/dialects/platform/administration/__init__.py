"""What operators administer."""
