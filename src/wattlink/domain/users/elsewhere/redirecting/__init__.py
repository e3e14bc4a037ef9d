"""The way through a service's own page, and back to the app with a code that is good once."""
