"""How sessions end: the app confirms, all is found, a device dials in, or somebody or time puts an end to them."""
