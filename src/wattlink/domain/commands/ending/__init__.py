"""How commands end: by what was seen, by waiting too long, on request, or with their device."""
