"""What happened: the feed, webhooks that speak in its words, and the delivery log of webhooks in any dialect."""
