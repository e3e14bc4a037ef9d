"""The scripts that a newcomer runs."""

import os
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT


def test_without_chromium_the_run_says_what_is_missing_and_is_no_success(tmp_path: Path) -> None:
    told = subprocess.run(
        (sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "tests/demo/test_browser.py"),
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 3
    assert "browser tests did not run: there is no Chromium" in told.stdout


def test_pip_can_be_put_into_an_environment_by_the_standard_library_alone(tmp_path: Path) -> None:
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")), check=True)
    python = tmp_path / "venv" / "bin" / "python"
    build = ROOT / "requirements" / "build.txt"
    subprocess.run((python, ROOT / "scripts" / "bootstrap_pip.py", build), check=True)
    shown = subprocess.run((python, "-m", "pip", "--version"), capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) in shown


def test_a_pip_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")), check=True)
    python = tmp_path / "venv" / "bin" / "python"
    pinned = (ROOT / "requirements" / "build.txt").read_text().splitlines()
    version = next(line for line in pinned if line.startswith("pip=="))
    other = tmp_path / "build.txt"
    other.write_text(f"{version}\n    --hash=sha256:{'0' * 64}\n")
    told = subprocess.run(
        (python, ROOT / "scripts" / "bootstrap_pip.py", other), capture_output=True, text=True, check=False
    )
    assert told.returncode != 0
    assert "isn't the file that the lock names" in told.stderr
