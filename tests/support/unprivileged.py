"""Running a server as somebody else: most refuse to be root's."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Any


def somebody(folder: Path) -> dict[str, Any]:
    """Return what ``subprocess`` needs to run as nobody, to whom the folder then belongs.

    Empty where we are not root. The test's folders above it are opened to be walked through.
    """
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for path in folder.parents:
        if path.stat().st_uid == 0 and path.name.startswith(
            ("pytest", "test", "postgres", "maria")
        ):
            path.chmod(path.stat().st_mode | 0o011)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
