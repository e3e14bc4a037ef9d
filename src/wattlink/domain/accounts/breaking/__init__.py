"""When a refused credential breaks its account, and when it doesn't.

    good --refused--> suspect --refused again, `confirm_after` later, same generation--> broken
      ^                 |  ^                                                                |
      +-----proved------+  +--an incident began within 10 minutes after it broke------------+

Only the endpoint that proves credentials counts. Where the registration has 20 accounts or more, the second refusal
breaks only once another account's credential was proved good since the first, or 10 minutes passed without an
incident: a vendor's own trouble looks like many users who changed their passwords at once.

An incident begins when 20 accounts and a fifth of all became suspect within 10 minutes, and ends when so many are
suspect no longer. While it lasts no account breaks and nobody is asked to sign in.
"""
