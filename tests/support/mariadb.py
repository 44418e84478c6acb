"""A MariaDB or MySQL server of its own for a test, where one is installed."""

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

import connectorx

from tests.support.unprivileged import somebody


def server_program() -> str | None:
    """Return the path of the server, if it is installed."""
    return shutil.which("mariadbd") or shutil.which("mysqld")


@dataclass(frozen=True)
class Mariadb:
    """A server that runs and lets everybody in."""

    port: int

    @property
    def address(self) -> str:
        """What a spec says."""
        return f"mysql://reader@127.0.0.1:{self.port}/information_schema"

    def tell(self, *statements: str) -> None:
        """Run statements."""
        connectorx.read_sql(
            self.address, "SELECT 1 AS one",
            return_type="arrow", pre_execution_query=list(statements),
        )  # fmt: skip


@contextmanager
def running(folder: Path) -> Iterator[Mariadb]:
    """Start a server in a new folder, and end it."""
    program = server_program()
    assert program is not None
    folder.mkdir()
    data, other = folder / "data", somebody(folder)
    data.mkdir()
    if other:
        os.chown(data, other["user"], other["group"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "--no-defaults", f"--basedir={Path(program).resolve().parents[1]}",
         f"--datadir={data}", f"--tmpdir={data}", f"--port={port}",
         f"--socket={data}/socket", f"--pid-file={data}/pid", "--bind-address=127.0.0.1",
         "--skip-grant-tables", "--skip-networking=0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=data, **other,
    )  # fmt: skip
    try:
        _wait(port)
        yield Mariadb(port)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError
