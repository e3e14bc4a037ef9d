"""What can be set once, when a process starts; what operators change at run time is in the database, never here."""
