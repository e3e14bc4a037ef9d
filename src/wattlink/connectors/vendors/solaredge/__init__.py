"""SolarEdge: inverters, by site ID and API key."""
