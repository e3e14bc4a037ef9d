"""Our own API, for what no other dialect has: administration, and an application's own view of what happens."""

DIALECT = "platform"
