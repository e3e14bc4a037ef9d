"""Energy sites: a home with its battery, its solar inverter and its meter."""
