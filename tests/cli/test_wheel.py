"""The built wheel holds everything: installed alone into an empty environment, it runs the demonstration."""

import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.source import PACKAGE, ROOT, committed
from tests.support.processes import free_ports, plain_environment, wait_until


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the pinned build backend."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("wattlink-*.whl"))


def pip(*words: str, python: str | Path = sys.executable) -> None:
    subprocess.run([python, "-m", "pip", "--quiet", "--disable-pip-version-check", *words], check=True)


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    packed = set(ZipFile(wheel).namelist())
    ours = {path.relative_to(PACKAGE.parent).as_posix() for path in committed() if path.is_relative_to(PACKAGE)}
    assert ours - packed == set()


@pytest.mark.slow
def test_the_wheel_alone_runs_the_demonstration(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip(
        "install",
        "--no-compile",
        "--only-binary",
        ":all:",
        "--require-hashes",
        "-r",
        f"{ROOT}/requirements/run.txt",
        python=python,
    )
    pip("install", "--no-deps", str(wheel), python=python)
    info = tmp_path / "info.json"
    words = (tmp_path / "venv" / "bin" / "wattlink", "demo", "--port", str(free_ports(5)), "--info", str(info))
    running = subprocess.Popen(words, env=plain_environment(), cwd=tmp_path)
    try:
        wait_until(lambda: info.exists() or running.poll() is not None, seconds=120)
        assert info.exists()
    finally:
        running.terminate()
        assert running.wait(90) == 0
