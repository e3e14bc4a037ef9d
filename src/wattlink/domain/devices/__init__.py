"""The devices that accounts have, in their normalised form."""
