"""The hosted Link UI: the pages on which people link their devices, complete without JavaScript."""
