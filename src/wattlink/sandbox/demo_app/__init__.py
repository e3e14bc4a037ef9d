"""Voltly, a small app of a fictional energy retailer: a client of the Enode dialect, written to be looked at."""
