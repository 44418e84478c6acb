"""Rows of a fact with the area that holds them today, in place of the area of their day.

``moved`` says where rows of areas that are gone lie in the territory that holds. It is filled when
a territory is published and when rows come later, so a statement only joins. What is not in it
stays where it was.
"""

from __future__ import annotations

from metrics.tables import Shape

_TERRITORY = "(SELECT max(batch) FROM area WHERE batch <= {version:UInt32})"


def rows_today(fact: Shape) -> str:
    """Return what stands in FROM for a fact's table; the parameter ``version`` says as of when."""
    return (
        f"(SELECT f.* EXCEPT (area), if(m.now = '', toString(f.area), m.now) AS area"
        f" FROM fact_{fact} AS f ANY LEFT JOIN (SELECT area AS was, lon AS x, lat AS y, now"
        f" FROM moved WHERE territory = {_TERRITORY} AND batch <= {{version:UInt32}}) AS m"
        " ON f.area = m.was AND ifNull(f.lon, 0) = m.x AND ifNull(f.lat, 0) = m.y)"
    )
