"""Accounts as their app and its operators look at them: how each does, and whose trouble it is."""
