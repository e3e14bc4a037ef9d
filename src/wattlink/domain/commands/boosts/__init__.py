"""Boosts: a car charges now, or once as soon as it is plugged in.

    armed --seen to be plugged in (`notice`, where the visit is saved)--> due --`begin_due`--> a command like any other

Arming, noticing and beginning hold the account's visit, so that no car is plugged in unnoticed between two of them,
and nothing begins twice. What is armed is forgotten where the car already has what was wished for.
"""
