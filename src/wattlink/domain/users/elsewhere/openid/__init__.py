"""OpenID Connect: where a service is found, what it gives for a code, and whether an ID token is genuine."""
