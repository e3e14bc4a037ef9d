"""PostgreSQL: connections, transactions, migrations, and an embedded server."""
