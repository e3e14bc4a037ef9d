"""What no committed file holds: addresses of package registries, and anything of the machine where it was written."""

import configparser
import os
import re
import socket
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlsplit

from tests.house.source import ROOT, committed, text_of

_REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "registry" + ".yarnpkg",
    "proxy.golang" + ".org",
)
_PIP_CONFIGURATIONS = ("/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf")
_PLAIN_HOSTS = {"localhost", "127.0.0.1", "::1"}


def _registries_here() -> set[str]:
    """The hosts from which this machine installs packages."""
    urls = [
        os.environ.get(name, "")
        for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
    ]
    for path in _PIP_CONFIGURATIONS:
        configuration = configparser.ConfigParser(interpolation=None)
        configuration.read(Path(path).expanduser())
        urls += [configuration.get(part, "index-url", fallback="") for part in ("global", "install")]
    return {host for url in urls if (host := urlsplit(url).hostname) and host not in _PLAIN_HOSTS}


def test_no_file_names_a_package_registry() -> None:
    hosts = {*_REGISTRIES, *_registries_here()}
    offences = [
        f"{path.relative_to(ROOT)} names {host}"
        for path in committed()
        for host in hosts
        if host in text_of(path).lower()
    ]
    assert offences == []


def test_no_file_names_a_place_on_the_machine_where_it_was_written() -> None:
    places = {str(ROOT), str(ROOT.parent), str(Path.home())} - {"/", "/root", "/home", gettempdir()}
    if len(host := socket.gethostname()) > 4:
        places.add(host)
    personal = re.compile(r"/home/[a-z]|/Users/[a-z]|/root/")
    offences = []
    for path in committed():
        text = text_of(path)
        offences += [f"{path.relative_to(ROOT)} names {place}" for place in places if place in text]
        if path != Path(__file__) and (found := personal.search(text)):
            offences.append(f"{path.relative_to(ROOT)} names {found.group()}...")
    assert offences == []
