"""The time of a sandbox application, which runs ahead of the real one by as much as it was advanced.

Moments that wait are stored in real time, so an advance brings them nearer (`sandbox/advance.py`) and nothing that
looks for due rows has to know of it. What vendors tell, and what a credential's life is counted by, is in the
application's time: real time and `clock_ahead`.
"""
