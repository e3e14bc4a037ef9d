"""Onboarding: link sessions for one device of one user, whose id the app is told on return."""
