"""Users' keys: what a log-in gives and a log-out ends; and the door that every access key opens."""
