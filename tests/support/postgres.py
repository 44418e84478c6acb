"""A PostgreSQL server of its own for a test, where one is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.unprivileged import somebody

PASSWORD = "p@s#s/wo%rd :1"


def server_program() -> str | None:
    """Return the path of the server, if it is installed."""
    return shutil.which("postgres") or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))), None
    )


@dataclass(frozen=True)
class Postgres:
    """A server that runs."""

    port: int

    @property
    def address(self) -> str:
        """What a spec says, without the password."""
        return f"postgresql://reader@127.0.0.1:{self.port}/postgres"

    def tell(self, *statements: str) -> str:
        """Run statements as the owner and return what is printed."""
        done = subprocess.run(
            ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-qAt",
             "-v", "ON_ERROR_STOP=1", "-c", ";".join(statements)],
            env={**os.environ, "PGPASSWORD": PASSWORD}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip()


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """Start a server in an empty folder, and end it."""
    program = server_program()
    assert program is not None
    folder.mkdir()
    other, data, word = somebody(folder), folder / "data", folder / "word"
    word.write_text(PASSWORD + "\n")
    word.chmod(0o644)
    tools = Path(os.path.realpath(program)).parent
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **other}
    subprocess.run(
        [tools / "initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--no-sync",
         f"--pwfile={word}"], check=True, **quiet,
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "-D", data, "-p", str(port), "-k", "", "-c", "listen_addresses=127.0.0.1",
         "-c", "fsync=off", "-c", "timezone=Asia/Shanghai"], **quiet,
    )  # fmt: skip
    try:
        one = Postgres(port)
        _wait(one)
        one.tell(
            f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'", "GRANT pg_read_all_data TO reader"
        )
        yield one
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(server: Postgres) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            server.tell("SELECT 1")
        except subprocess.CalledProcessError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError
