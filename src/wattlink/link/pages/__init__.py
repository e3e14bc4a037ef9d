"""A page per state of a session; `current.page_of` knows which."""
