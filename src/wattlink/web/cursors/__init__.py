"""Cursors: where a page of a list, or of the event feed, goes on."""
