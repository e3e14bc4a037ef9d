"""What our processes ask of the system: to end with whoever started them, which only Linux can do, and many files."""

import contextlib
import ctypes
import resource
import shutil
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_MANY_FILES = 65_536


def ending_with_us(how: signal.Signals) -> Sequence[str]:
    """Words to put before a command: it gets this signal when the thread that starts it ends."""
    if sys.platform != "linux" or shutil.which("setpriv") is None:
        return ()
    return ("setpriv", "--pdeathsig", how.name.removeprefix("SIG"), "--")


def end_with_parent(how: signal.Signals) -> None:
    """The same for this process, where its parent doesn't start it by a command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(how))


def allow_many_files() -> int:
    """Be allowed as many files and sockets as the system lets us have, not just its usual 1,024; how many those are."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MANY_FILES if most == resource.RLIM_INFINITY else min(most, _MANY_FILES)
    if wanted > allowed:
        with contextlib.suppress(ValueError, OSError):  # some systems have a limit beside that one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
