"""Credentials on their way out: handed over by whatever ends an account, then withdrawn at the vendor.

    (credential) --hand_over--> waiting --take--> in flight --withdrawn, or dead already--> (removed)
                                  |  ^                |
                                  |  +----failed------+   2, 4, ... 60 min later, for 30 days
                                  |
                                  +--a new grant for the same login, where revoking ends the whole grant--> (removed)
                                  +--30 days passed--> given up: the secret is destroyed, operators see it

A row keeps the id and the generation of its credential, so a renewal that comes late still finds it, and waits for the
visit that may be renewing it: until that one ends (`let_go`), or was lost (`busy_until`). Where a vendor's revoking
ends the whole grant, none is sent while any live account, whoever's, holds the same login; `lock_login` makes granting
and handing over take turns.
"""
