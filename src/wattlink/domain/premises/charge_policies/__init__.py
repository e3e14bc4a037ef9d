"""Charge policies: how full a car is to be by when, day by day. Kept and given back; nobody here carries them out."""
