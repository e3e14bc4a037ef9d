"""The devices that a caller may see, page by page."""
