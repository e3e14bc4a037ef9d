"""As whom PostgreSQL's programs run, which refuse root: as ourselves, inside a user namespace, or as another user."""

import os
import pwd
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wattlink.base.processes import ending_with_us


class Runner(NamedTuple):
    """How PostgreSQL's programs are started: the words before their own, and who then owns their files."""

    prefix: Sequence[str]
    uid: int
    gid: int


def runner_for(data: Path, binaries: Path, *, ours: bool) -> Runner | None:
    """The first way of starting that reaches both the binaries and the data; a folder that is `ours` is made to."""
    candidates = _candidates(data / "cluster")
    for runner in candidates:
        if ours and os.getuid() == 0:
            os.chown(data, runner.uid, runner.gid)
        reach = f'test -x "{binaries}/postgres" && test -w "{data}" && test -x "{data}"'
        if _works([*runner.prefix, "sh", "-c", reach]):
            return runner
    return None


def _candidates(cluster: Path) -> list[Runner]:
    """Ways of starting, the one that may do least first among those that need no help from the operator."""
    me = Runner(ending_with_us(signal.SIGINT), os.getuid(), os.getgid())
    if me.uid != 0 and user_name(me.uid):
        return [me]
    namespace = Runner(["unshare", "-U", "--map-user=nobody", "--", *me.prefix], me.uid, me.gid)
    if me.uid != 0:
        return [namespace]
    if cluster.exists() and cluster.stat().st_uid != 0:
        return _as_user(cluster.stat().st_uid)
    return [namespace, *_as_user(pwd.getpwnam("nobody").pw_uid)]


def _as_user(uid: int) -> list[Runner]:
    """As this user, alone or with the right to pass folders that are closed to it, as root's own often are."""
    gid = pwd.getpwuid(uid).pw_gid
    who = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    passing = ("--securebits=+no_setuid_fixup", "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")
    last = ("--", *ending_with_us(signal.SIGINT))
    return [Runner((*who, *last), uid, gid), Runner((*who, *passing, *last), uid, gid)]


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def user_name(uid: int) -> str:
    """The name of a user, or nothing."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""
