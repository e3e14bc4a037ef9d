"""EVRYTHNG's application users: an app's own users, with keys of their own, who share what is theirs."""

DIALECT = "evrythng"
