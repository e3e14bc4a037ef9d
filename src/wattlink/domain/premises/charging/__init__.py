"""What partners wish of a car's charging: a boost, now or at the next session, and a policy for each day."""
