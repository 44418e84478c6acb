"""Tokens and passwords of feeds: read where the environment keeps them, never kept by us."""

from __future__ import annotations

import os
from pathlib import Path


def secret(variable: str) -> str:
    """Return what a variable of the environment holds, else the file that VARIABLE_FILE names.

    Returns:
        The text without white space around it; empty where neither is there.
    """
    if value := os.environ.get(variable, "").strip():
        return value
    try:
        return Path(os.environ.get(f"{variable}_FILE", "")).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
