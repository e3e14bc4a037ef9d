"""The data folder of `up` and `demo`: the database, and what must outlive a restart beside it."""

import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from wattlink.base.ids import new_id
from wattlink.base.vault import new_master_key
from wattlink.cli.failures import Refused
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate
from wattlink.settings.model import Settings

_CONNECTIONS_THAT_LISTEN = 2  # of a process, beside its pool
_OTHER_PROCESSES = 4  # `work`, `dial-in`, and the sandbox and another server, or others of the first two
_CONNECTIONS_OF_OTHERS = 30  # an operator's commands, backups, what PostgreSQL keeps for itself


class Folder:
    """A data folder. It is made so that PostgreSQL's user, if it is another one, reaches its own part."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(f"the folder {self.path} can't be made ({error.strerror}): choose another") from None
        refuse_unwritable(self.path)
        self.database = self.path / "postgres"

    def settings(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The settings that the folder gives: its master keys, unless the operator brings others."""
        if any(name.startswith("WATTLINK_MASTER_KEYS") for name in environ):
            return {}
        return {"WATTLINK_MASTER_KEYS_FILE": str(self._master_keys())}

    def _master_keys(self) -> Path:
        file = self.path / "master-keys"
        if not file.exists() and (self.database / "cluster").exists():
            raise Refused(f"{file} is missing: what is sealed in the database beside it can't be opened without it")
        return self.kept("master-keys", new_master_key)

    def kept(self, name: str, make: Callable[[], str]) -> Path:
        """A secret file of this name, made at the first call: whole or not at all, and for its owner only."""
        file = self.path / name
        if not file.exists():
            write_whole(file, make() + "\n")
        return file

    @contextlib.contextmanager
    def running_database(self, settings: Settings) -> Iterator[tuple[EmbeddedPostgres, int]]:
        """The migrated database, open to all processes of these settings; the reading end of the pipe with its log."""
        per_process = settings.database_connections + _CONNECTIONS_THAT_LISTEN
        connections = (settings.processes_of_serve + _OTHER_PROCESSES) * per_process + _CONNECTIONS_OF_OTHERS
        reading, writing = os.pipe()
        try:
            with EmbeddedPostgres(
                self.database, options={"max_connections": str(connections)}, log=writing
            ) as database:
                migrate(database.dsn)
                yield database, reading
        finally:
            os.close(writing)

    @contextlib.contextmanager
    def settings_file(self, settings: Mapping[str, str]) -> Iterator[Path]:
        """A file for WATTLINK_CONFIG by which other commands find what runs here, for as long as it runs."""
        file = self.path / "settings.toml"
        names = {name.removeprefix("WATTLINK_").lower(): text for name, text in settings.items()}
        write_whole(file, "".join(f"{name} = {json.dumps(text)}\n" for name, text in names.items()))
        try:
            yield file
        finally:
            file.unlink(missing_ok=True)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Folder]:
    """A data folder that is removed at the end."""
    folder = Folder(Path(tempfile.gettempdir(), f"wattlink-data-{new_id()}"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)


def write_whole(file: Path, text: str) -> None:
    """Write a file that only its owner reads, so that nobody ever sees a part of it and a crash doesn't lose it."""
    descriptor, unfinished = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as content:
        content.write(text)
        content.flush()
        os.fsync(content.fileno())
    os.replace(unfinished, file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def refuse_unwritable(folder: Path) -> None:
    """Raise Refused unless files can be made in this folder."""
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise Refused(f"the folder {folder} can't be written: choose another")


def refuse_ports_in_use(host: str, ports: Mapping[str, int]) -> None:
    """Raise Refused for the first port where something listens already."""
    for what, port in ports.items():
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise Refused(f"port {port} for {what} can't be used ({error.strerror}): choose another") from None
