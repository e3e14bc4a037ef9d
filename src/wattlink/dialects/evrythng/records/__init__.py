"""Thngs, products, actions and their types; a user's linked devices are thngs too."""
