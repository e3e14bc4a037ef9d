"""The person says which brand it is, or which one is missing."""
