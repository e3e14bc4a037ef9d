"""Mails to users: written with what they tell of, sent by a pump, gone when they are sent."""
