"""How large a letter of the wall must be, from the wall's height and who stands how far away."""

from __future__ import annotations

LETTERS = 200
"""A letter is read from as many times its height."""
ROWS, ROWS_UPRIGHT = 108, 192
"""Height of the sheet in rem, lying and upright."""
LEAST, MOST = 1.6, 1.9
"""Smallest text in rem where nothing is said, and how large it may become on a full sheet."""


def share_of_height(height_m: float, distance_m: float) -> float:
    """Return the height of the smallest letter as a share of the wall's; 0 where none is said.

    Example:
        >>> round(share_of_height(1.5, 5) * 1080, 1)  # px on a wall of 1.5 m, read from 5 m
        18.0
    """
    return distance_m / LETTERS / height_m if height_m else 0.0


def farthest_m(height_m: float) -> float:
    """Return from how far a wall of this height can be read with a full sheet on it.

    Example:
        >>> round(farthest_m(1.22), 1)
        4.3
    """
    return MOST / ROWS * LETTERS * height_m
