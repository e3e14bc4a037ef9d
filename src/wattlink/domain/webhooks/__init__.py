"""Telling the apps: subscriptions, and the deliveries that carry events to them."""
