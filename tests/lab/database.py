"""A PostgreSQL server of its own: in a temporary folder, on loopback, gone with the test.

Started as the user ``postgres``, since it refuses to run as root.  It does not write through to the disk
(``fsync = off``): what is tested is who sees what, not the disk.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

USER = "postgres"
PASSWORD = "lab"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "50",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
}


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest; None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def missing() -> str | None:
    """Return why no server can be started here, None where one can."""
    if os.geteuid() != 0:
        return "needs root"
    return None if programs() else "PostgreSQL is not installed"


class Server:
    """A server that runs; ``url`` names one of its databases."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._numbers = count()

    def url(self, database: str) -> str:
        """Return a database's URL, without the password."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def sql(self, text: str, database: str = USER) -> str:
        """Run SQL, and return what it prints."""
        command = ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database, "-AtXq", "-c", text]
        env = {**os.environ, "PGPASSWORD": PASSWORD}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    def make(self, template: str = "template1") -> str:
        """Make a database, a copy of another, and return its name."""
        name = f"inventory_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def stop(self, how: str = "fast") -> None:
        """Stop the server: ``fast`` in order, ``immediate`` as a crash does."""
        _as_postgres(self.folder, "pg_ctl", "-D", str(self.folder / "data"), "-m", how, "-w", "stop")

    def start(self) -> None:
        """Start the server."""
        log = str(self.folder / "log")
        _as_postgres(self.folder, "pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-t", "60", "start")


@contextmanager
def server() -> Iterator[Server]:
    """Give a server with nothing in it."""
    folder = Path(tempfile.mkdtemp(prefix="sniffer-postgresql-"))
    try:
        shutil.chown(folder, USER)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        shutil.chown(secret, USER)
        data = str(folder / "data")
        _as_postgres(
            folder, "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8",
            "--locale", "C.UTF-8",
        )  # fmt: skip
        port = _free_port()
        settings = {**SETTINGS, "port": str(port)}
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        made = Server(folder, port)
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_postgres(folder: Path, program: str, *arguments: str) -> None:
    where = programs()
    assert where
    command = ["runuser", "-u", USER, "--", str(where / program), *arguments]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
