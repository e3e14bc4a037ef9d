"""Accounts as their app, its operators and everybody look at them: how each does, and whose trouble it is."""
