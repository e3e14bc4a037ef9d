"""Wattlink links end users' energy devices to apps."""
