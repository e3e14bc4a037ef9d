"""South plug-ins: each vendor's cloud, translated into one normalised form."""
