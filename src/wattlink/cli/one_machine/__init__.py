"""Everything on one machine: a database, and the processes of an installation or of the demonstration."""
