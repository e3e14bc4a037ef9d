"""Whom we speak to: registrations at vendors, their budgets, and how the vendors do."""
