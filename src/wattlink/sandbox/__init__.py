"""Serves the vendors' simulators over HTTP: virtual accounts, fault switches and a ledger of what was asked."""
