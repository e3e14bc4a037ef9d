"""How an application looks on the pages that end users see, and which colours can be read there."""
