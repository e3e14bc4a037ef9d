"""Who may use what is a user's: roles, shares, and the keys that hang on them.

Every user with a login has a share of its own, whose owner and actor it is. What it gives another user is a share with
another actor. A key acts by its share: on what is the owner's, as the actor, as far as the role allows.
"""
