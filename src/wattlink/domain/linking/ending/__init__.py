"""How sessions end: the app confirms, the pump notices that all is found, or somebody or time puts an end to them."""
