"""Puts pip into the virtual environment that runs this, with nothing but the standard library.

Fetches pip's wheel from the registry that pip itself would use, checks it against the hash in the lock file that is
given, and lets it install itself. Run as: python bootstrap_pip.py requirements/build.txt
"""

import configparser
import hashlib
import html.parser
import os
import re
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import urlopen

# Python's own public registry; in pieces, since no file of this repository names a registry (mirrors take its place).
_PUBLIC_REGISTRY = "https://" + ".".join(("pypi", "org")) + "/simple"
_SECONDS = 60


def main() -> None:
    """Fetch, check, install."""
    lock = Path(sys.argv[1]).read_text(encoding="utf-8")
    version, hashes = _pinned(lock)
    name = f"pip-{version}-py3-none-any.whl"
    trust = ssl.create_default_context(cafile=_configured("cert") or None)
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder, name)
        wheel.write_bytes(_fetched(name, hashes, trust))
        command = [sys.executable, f"{wheel}/pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
        subprocess.run(command, check=True)


def _pinned(lock: str) -> tuple[str, set[str]]:
    found = re.search(r"^pip==(\S+)((?:\s+\\\n\s+--hash=sha256:[0-9a-f]{64})+)", lock, re.MULTILINE)
    if found is None:
        sys.exit("the lock file doesn't pin pip")
    return found[1], set(re.findall(r"sha256:([0-9a-f]{64})", found[2]))


def _fetched(name: str, hashes: set[str], trust: ssl.SSLContext) -> bytes:
    page_url = (_configured("index-url") or _PUBLIC_REGISTRY).rstrip("/") + "/pip/"
    with urlopen(page_url, timeout=_SECONDS, context=trust) as page:
        links = _Links(page.read().decode("utf-8"))
        url = next((url for link in links if urlsplit(url := urljoin(page.url, link)).path.endswith(f"/{name}")), None)
    if url is None:
        sys.exit(f"the registry has no {name}")
    with urlopen(urldefrag(url).url, timeout=_SECONDS, context=trust) as answer:
        content: bytes = answer.read()
    if hashlib.sha256(content).hexdigest() not in hashes:
        sys.exit(f"{name} isn't the file that the lock names")
    return content


class _Links(html.parser.HTMLParser):
    """The addresses that a page links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._found: list[str] = []
        self.feed(page)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _configured(option: str) -> str:
    """What pip is told of an option: by its environment variable, else by its configuration files."""
    if text := os.environ.get(f"PIP_{option.upper().replace('-', '_')}"):
        return text
    configuration = configparser.RawConfigParser()
    configuration.read(_configuration_files())
    for section in ("install", "global"):
        if text := configuration.get(section, option, fallback=""):
            return text
    return ""


def _configuration_files() -> list[Path]:
    """Pip's files, the weightiest last."""
    home = Path(os.path.expanduser("~"))
    folders = os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
    files = [Path(folder, "pip/pip.conf") for folder in folders]
    files += [Path("/etc/pip.conf"), home / ".pip/pip.conf"]
    files += [Path(os.environ.get("XDG_CONFIG_HOME", home / ".config"), "pip/pip.conf")]
    if named := os.environ.get("PIP_CONFIG_FILE"):
        files.append(Path(named))
    return files


if __name__ == "__main__":
    main()
