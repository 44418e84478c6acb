"""What a page is: an address, a heading, how it is drawn and what it listens to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from cockpit.wiring import Services


@dataclass(frozen=True)
class PageSpec:
    """One page of the application.

    Attributes:
        path: address, ``/`` for the wall; a page with a key ends in ``<key>``.
        title: heading in the browser's tab.
        layout: services and the query string's values -> the page.
        register: puts the page's callbacks on the app.
    """

    path: str
    title: str
    layout: Callable[[Services, Mapping[str, str]], Component]
    register: Callable[[Dash, Services], None]
