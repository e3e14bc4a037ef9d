"""Accounts of devices that dial in: claimed by a token, kept up by their lines, silent when nothing is heard of them.

token minted --its device introduces itself--> claimed: an account, whose password the token is from now on
     |                                            |
     +--expired, user deauthorized: refused       +--called again: the newest line counts
                                                  +--silent: out of reach; long silent: somebody must look
                                                  +--deauthorized, disconnected, deleted: no password, no line
"""
