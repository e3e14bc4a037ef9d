"""The sign-in itself: to the vendor's pages and back, or by our form, and what becomes of what it gives."""
