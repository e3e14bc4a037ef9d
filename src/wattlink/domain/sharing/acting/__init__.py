"""Acting by shares: what a user may act by, and logging in on behalf of somebody who shares."""
