"""Where users live, and what they pay for energy there: buildings and energy contracts."""
