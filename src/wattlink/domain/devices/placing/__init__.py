"""Where devices are: put there by an app, or matched to the nearest location."""
