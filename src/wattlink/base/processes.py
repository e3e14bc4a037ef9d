"""Processes that end with the process that started them, however that one ends. Only Linux can do that."""

import ctypes
import shutil
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def ending_with_us(how: signal.Signals) -> Sequence[str]:
    """Words to put before a command: it gets this signal when the thread that starts it ends."""
    if sys.platform != "linux" or shutil.which("setpriv") is None:
        return ()
    return ("setpriv", "--pdeathsig", how.name.removeprefix("SIG"), "--")


def end_with_parent(how: signal.Signals) -> None:
    """The same for this process, where its parent doesn't start it by a command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(how))
