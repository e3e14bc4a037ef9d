"""How pages come to look as they do: HTML from templates, and the application's colours."""
