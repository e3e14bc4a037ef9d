"""When somebody is to look after an account, and who is there now: the narrow table only.

The work itself is `accounts/visit.py`. A row is the job, and taking it is postponing it:

    not wanted (due_at null)
        | add, begin_anew                              stop: broken, deauthorized
    wanted (due_at) --take: due_at moves on by 2, 4, ... 60 min, busy_until = 2 min, turn + 1--> in hand
        ^                                                                                          |
        +--end: busy_until cleared, next due_at unless somebody lowered it meanwhile---------------+
        +--nothing happened (a bug, kill -9): the postponed due_at comes------ --------------------+

`turn` fences whoever is late; `spoiled = turn` says that what the present visit brings isn't saved, since the account
was changed under it. `due_at` and `ended_at` are of the application clock, `busy_until` of the database's.
"""
