"""Signing in with a service that knows the person already: Facebook, or any that speaks OpenID Connect."""
