"""A user's own share, made with the user, and the log-ins and log-outs of which its keys come and go."""
