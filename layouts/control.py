"""The control page of the walls: what is connected, what can be done to it, and the links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, shell
from layouts.format import NONE
from layouts.texts import Lang, t

BEAT_MS = 2_000
ALL = "all"
BUTTONS = (
    "send", "pin", "unpin", "freeze", "thaw", "spotlight", "take_down", "dim_on", "dim_off",
    "acknowledge",
)  # fmt: skip
"""What can be done, each by a button of its own."""

Options = Sequence[Mapping[str, str]]
"""Of a dropdown: label and value."""


@dataclass(frozen=True)
class WallRow:
    """One wall on the list.

    Attributes:
        id: of the wall.
        name: empty where it came without a link.
        address: of its machine.
        scene: name of what it shows.
        area: name of what it is about; empty for the whole city.
        size: of the screen.
        data: data version on the screen.
        states: words for what it has been told, without what goes without saying.
        seconds: since it was heard.
        is_away: whether that is too long ago.
        has_alarm: whether an alarm is on the screen.
    """

    id: str
    name: str
    address: str
    scene: str
    area: str
    size: str
    data: str
    states: tuple[str, ...]
    seconds: float
    is_away: bool
    has_alarm: bool


@dataclass(frozen=True)
class LinkRow:
    """One kiosk link on the list; moments in the city's zone."""

    id: str
    name: str
    scope: str
    made: dt.datetime
    expires: dt.datetime | None
    state: str


def control_page(
    *, city: str, is_demo: bool, scenes: Options, areas: Options, indicators: Options, lang: Lang
) -> Component:
    """Return the page: places for the lists, and the controls."""
    whole = [{"label": t("walls.whole", lang), "value": ALL}, *areas]
    body = html.Div(
        [
            shell.panel(t("walls.connected", lang), html.Div(id=ids.WALLS_LIST)),
            html.Div(
                [
                    html.Div(id=ids.WALLS_TARGET, className="wc-target"),
                    html.Div(
                        [
                            _show(scenes, whole, lang),
                            _hold(lang),
                            _focus(indicators, lang),
                            _night(lang),
                        ],
                        className="wc-groups",
                    ),
                    html.P(id=ids.WALLS_SAID, className="wc-said", role="status"),
                ],
                className="wc-desk",
            ),
            _links(whole, lang),
            dcc.Interval(id=ids.WALLS_BEAT, interval=BEAT_MS),
        ],
        className="wc-page",
        lang="en" if lang == "en" else "zh-CN",
    )
    return shell.frame(ids.WALLS, active="walls", city=city, is_demo=is_demo, body=body)


def _show(scenes: Options, areas: Options, lang: Lang) -> Component:
    kept = [{"label": t("walls.keep", lang), "value": ""}, *scenes]
    return _group(
        t("walls.show", lang),
        _pick(t("walls.scene", lang), ids.WALLS_SCENE, kept, "", lang),
        _pick(t("walls.area", lang), ids.WALLS_AREA, areas, ALL, lang),
        _buttons(lang, "send"),
    )


def _hold(lang: Lang) -> Component:
    return _group(
        t("walls.hold", lang),
        html.P(t("walls.hold_note", lang), className="wc-note"),
        _buttons(lang, "pin", "unpin"),
        _buttons(lang, "freeze", "thaw"),
    )


def _focus(indicators: Options, lang: Lang) -> Component:
    return _group(
        t("walls.focus", lang),
        _pick(t("walls.indicator", lang), ids.WALLS_INDICATOR, indicators, None, lang),
        _buttons(lang, "spotlight", "take_down"),
    )


def _night(lang: Lang) -> Component:
    return _group(
        t("walls.night", lang),
        _buttons(lang, "dim_on", "dim_off"),
        _buttons(lang, "acknowledge"),
    )


def _group(title: str, *parts: Component) -> Component:
    return html.Section([html.H3(title), *parts], className="wc-group")


def _pick(label: str, name: str, options: Options, value: str | None, lang: Lang) -> Component:
    picker: Component = dcc.Dropdown(
        options=list(options),
        value=value,
        id=name,
        clearable=value is None,
        optionHeight=34,
        placeholder="",
        labels={
            "search": t("walls.search", lang),
            "no_options_found": t("walls.none_found", lang),
        },
    )
    return html.Label([html.Span(label), picker], className="wc-pick", htmlFor=name)


_TAKEN_BACK = frozenset({"pin", "freeze", "dim_on", "unpin", "thaw", "dim_off", "take_down"})
"""Orders of which another one is the contrary: a filled button would look like what holds now."""


def _buttons(lang: Lang, *names: str) -> Component:
    made = [
        html.Button(
            t(f"walls.{name}", lang),
            id=ids.walls_do(name),
            className="st-button st-button--quiet" if name in _TAKEN_BACK else "st-button",
            type="button",
        )
        for name in names
    ]
    return html.Div(made, className="wc-buttons")


def _links(areas: Options, lang: Lang) -> Component:
    make = html.Div(
        [
            html.Label(
                [
                    html.Span(t("walls.name", lang)),
                    dcc.Input(
                        id=ids.WALLS_LINK_NAME,
                        placeholder=t("walls.name_hint", lang),
                        maxLength=40,
                        className="st-input",
                    ),
                ],
                className="wc-pick",
            ),
            _pick(t("walls.scope", lang), ids.WALLS_LINK_SCOPE, areas, ALL, lang),
            html.Label(
                [
                    html.Span(t("walls.days", lang)),
                    dcc.Input(
                        id=ids.WALLS_LINK_DAYS, value="365", inputMode="numeric",
                        className="st-input",
                    ),
                ],
                className="wc-pick wc-pick--short",
            ),
            html.Button(t("walls.make", lang), id=ids.WALLS_LINK_MAKE, className="st-button",
                        type="button"),
        ],
        className="wc-make",
    )  # fmt: skip
    take_back = html.Div(
        [
            _pick(t("walls.which", lang), ids.WALLS_LINK_WHICH, [], None, lang),
            html.Button(t("walls.revoke", lang), id=ids.WALLS_LINK_REVOKE,
                        className="st-button st-button--quiet", type="button"),
        ],
        className="wc-make",
    )  # fmt: skip
    return shell.panel(
        t("walls.links", lang),
        [
            html.P(t("walls.links_note", lang), className="wc-note"),
            make,
            html.Div(id=ids.WALLS_LINK_MADE, role="status"),
            html.Div(id=ids.WALLS_LINKS),
            take_back,
        ],
    )


def draw_walls(rows: Sequence[WallRow], target: str, lang: Lang) -> Component:
    """Return the connected walls as a table; a name chooses its wall.

    Args:
        rows: in the order shown.
        target: id of the wall that is acted on; ``all`` for every one.
        lang: language of the words.
    """
    if not rows:
        return shell.sentence(t("walls.none", lang))
    return shell.table(
        t("walls.head", lang).split("|"),
        [_row(row, target, lang) for row in rows],
        caption=t("walls.connected", lang),
        numeric=(4, 6),
        className="wc-walls",
    )


def _row(row: WallRow, target: str, lang: Lang) -> list[shell.Children]:
    name = row.name or t("walls.unnamed", lang).format(id=row.id[-4:])
    chosen = shell.go(name, _address(row.id, lang), current=row.id == target)
    words = [html.Span(one, className="st-badge") for one in row.states]
    if row.has_alarm:
        alarm = html.Span(["⬢ ", t("walls.alarm", lang)], className="st-badge wc-badge--alarm")
        words.insert(0, alarm)
    life = (
        html.Span(["▲ ", t("walls.away", lang)], className="st-badge wc-badge--away")
        if row.is_away
        else html.Span(["● ", t("walls.online", lang)], className="wc-online")
    )
    return [
        html.Div([chosen, html.Small(row.address, className="st-mono")], className="wc-name"),
        row.scene or NONE,
        row.area or t("walls.whole", lang),
        html.Span(row.size.replace("x", " × ") or NONE, className="st-mono"),
        row.data or NONE,
        html.Div([life, *words], className="wc-states"),
        t("walls.seconds", lang).format(n=int(row.seconds)),
    ]


def _address(target: str, lang: Lang) -> str:
    """Return where the page acts on a wall, in the same language."""
    said = {"wall": "" if target == ALL else target, "lang": "en" if lang == "en" else ""}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"/walls?{query}" if query else "/walls"


def draw_target(rows: Sequence[WallRow], target: str, lang: Lang) -> Component:
    """Return who is acted on, as a row of choices."""
    names = {ALL: t("walls.all", lang)}
    names |= {row.id: row.name or t("walls.unnamed", lang).format(id=row.id[-4:]) for row in rows}
    if target not in names:
        names[target] = f"{target} · {t('walls.away', lang)}"
    links = [
        shell.go(name, _address(key, lang), current=key == target) for key, name in names.items()
    ]
    return html.Div(
        [html.H2(t("walls.target", lang)), html.Nav(links, className="st-segments wc-segments")],
        className="wc-target__row",
    )


def draw_links(rows: Sequence[LinkRow], lang: Lang) -> Component:
    """Return the kiosk links that were given out."""
    if not rows:
        return shell.sentence(t("walls.links_none", lang))
    cells: list[list[shell.Children]] = [
        [
            row.name,
            row.scope or t("walls.whole", lang),
            f"{row.made:%Y-%m-%d}",
            f"{row.expires:%Y-%m-%d}" if row.expires else t("walls.forever", lang),
            html.Span(row.state, className="" if row.state == t("walls.valid", lang) else "st-off"),
            html.Span(row.id, className="st-mono"),
        ]
        for row in rows
    ]
    return shell.table(
        t("walls.links_head", lang).split("|"), cells, caption=t("walls.links", lang)
    )


def draw_made(name: str, address: str, lang: Lang) -> Component:
    """Return a new link, to be copied now."""
    copied: dict[str, Any] = {"data-copies": "walls-link-text"}
    return html.Div(
        [
            html.P(t("walls.made", lang).format(name=name)),
            html.Div(
                [
                    html.Code(address, id="walls-link-text", className="wc-link"),
                    html.Button(t("walls.copy", lang), type="button",
                                className="st-button st-copy", **copied),
                ],
                className="wc-made",
            ),
        ],
    )  # fmt: skip
