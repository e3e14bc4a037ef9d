"""An independent OpenID provider for tests: npm's `oidc-provider`, run by Node."""
