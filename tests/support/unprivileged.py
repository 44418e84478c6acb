"""Running a server as somebody else: most refuse to be root's."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path
from typing import Any


def somebody(folder: Path) -> dict[str, Any]:
    """Return what ``subprocess`` needs to run as nobody, to whom the folder then belongs.

    Empty where we are not root. The test's folders above it are opened to be walked through.
    """
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    temporary = Path(tempfile.gettempdir())
    for path in (one for one in folder.parents if temporary in one.parents):
        path.chmod(path.stat().st_mode | 0o011)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
