"""Accounts: users' logins at vendors, with their sealed credentials, and everything that is said to vendors for them.

How an account stands (`account.state`, one UPDATE per arrow):

    (new login) --save_grant--> provisional --publish--> good <--------------------+
                                    |                     |  ^                     |
                          take_back |             refused |  | proved, or incident | save_grant (a relink)
                                    v                     v  |                     |
                                 (removed)             suspect --refused again--> broken
                                                          (confirm_after later, see breaking/)

    good, suspect, broken --deauthorize--> deauthorized --save_grant--> good, its kinds pending until publish
    any --disconnect, delete--> (removed)

Whatever leaves with a credential in it hands that credential over to `revocations/`.
"""
