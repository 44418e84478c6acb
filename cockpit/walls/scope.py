"""Which area a wall is about, for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.errors import BadQuestion

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from metrics.question import Viewer


def area_for(services: Services, viewer: Viewer, asked: str) -> str:
    """Return the id of the area a wall is about; its own for one that may see only a part.

    Raises:
        UnknownName: the area does not exist.
        BadQuestion: it lies outside what the viewer may see.
    """
    territory = services.service.territory
    if not viewer.roots:
        return territory.area(asked).id if asked else ""
    area = territory.area(asked or viewer.roots[0])
    if not {one.id for one in territory.lineage(area.id)} & set(viewer.roots):
        what = f"'{area.name}' lies outside what {viewer.name} may see"
        refused = BadQuestion(what, where="?area=", next_step="Leave ?area= away")
        refused.status = 403
        raise refused
    return area.id
