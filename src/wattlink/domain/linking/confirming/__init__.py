"""Linking that the app confirms: nothing that a sign-in gives is usable before the app has said whose it is.

Whoever gets somebody else to open a link signs *that* person's login in for a user of his own. So the browser goes back
to the app with a code that works once, and the app confirms with it, from the session of the user who came back. A new
account is provisional until then. The grant of a login that is linked already isn't even saved: it is held, sealed,
beside the session, since it would otherwise mend the account of whoever made the link.

Without a yes within ten minutes, or with one for another user, all of it is taken back and withdrawn at the vendor.
"""
