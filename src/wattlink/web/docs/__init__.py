"""A dialect's OpenAPI document as a page that people read."""
