"""Garbage collection in a process that lives long."""

import gc


def collect_seldom() -> None:
    """Call it once everything is loaded: that stays, and looking through it again and again costs a fifth of the time.

    Cycles that are made later are still found, in larger batches.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
