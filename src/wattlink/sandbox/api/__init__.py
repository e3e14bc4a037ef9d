"""`/platform/sandbox`: virtual vendor accounts and time, for the tests that an app runs against us.

The accounts live in the sandbox's own process; this API keeps each application to its own, links them to users, and
lets time jump. Where no sandbox runs, there is nothing at this address.
"""

PREFIX = "/platform/sandbox"
