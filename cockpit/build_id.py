"""Which deployment this is: a short text that changes whenever what the browser got would."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cockpit

ROOT = Path(cockpit.__file__).parent.parent
PACKAGES = ("cockpit", "metrics", "layouts", "assets")
ENDINGS = (".py", ".js", ".css", ".yaml")


def build_id(city: Path) -> str:
    """Return the fingerprint of the code, the scripts, the styles and the city's own screens.

    Args:
        city: the city's folder; a wall is drawn with its scenes and its alarms.
    """
    files = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*"))]
    own = [city / "city.yaml", city / "alarms.yaml", *sorted((city / "wall").glob("*.yaml"))]
    digest = hashlib.sha256()
    for path in (*files, *own):
        if path.suffix in ENDINGS and path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
