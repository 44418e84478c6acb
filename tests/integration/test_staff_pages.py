"""What the staff pages draw and serve: sentences, shapes, areas beside, rows set aside."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from shapely.geometry import shape
from shapely.ops import unary_union

from tests.integration.test_api import ASK, WEEK, app, client, services

__all__ = ["app", "client", "services"]
"""The small city, loaded and served; pytest finds fixtures by their names here."""

SENTENCES = [
    ("?indicator=apeals_accepted", "没有标识为“apeals_accepted”的指标。"),
    ("?indicator=appeals_accepted&area=999999", "没有编码为“999999”的区域。"),
    ("?indicator=appeals_accepted&period=2019-03", "2019年3月没有数据。"),
    ("?indicator=appeals_accepted&period=soon", "时段无法识别"),
    ("?indicator=pm25_avg&period=2026-W02", "没有数据。"),
]


@pytest.mark.parametrize(("address", "said"), SENTENCES)
@pytest.mark.parametrize("page", ["drill", "indicator"])
def test_where_there_is_nothing_to_draw_stands_a_sentence_and_no_figure(
    client: FlaskClient, page: str, address: str, said: str
) -> None:
    pathname = "/drill"
    if page == "indicator":
        indicator, _, rest = address.removeprefix("?indicator=").partition("&")
        pathname, address = f"/indicator/{indicator}", f"?{rest}"
    drawn = drawn_page(client, page, pathname, address)
    assert said in drawn
    assert '"type": "Graph"' not in drawn


def drawn_page(client: FlaskClient, page: str, pathname: str, search: str) -> str:
    """Return the body of a staff page, as JSON text."""
    inputs = [{"id": "address", "property": name, "value": value}
              for name, value in (("pathname", pathname), ("search", search))]  # fmt: skip
    body = {"output": f"{page}.children", "outputs": {"id": page, "property": "children"},
            "inputs": inputs, "changedPropIds": ["address.search"]}  # fmt: skip
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.get_json(), ensure_ascii=False)


def test_the_search_leads_to_the_view_it_was_asked_in(client: FlaskClient) -> None:
    told = client.get("/find?q=sqsll&at=/drill?period=2026-W02%26area=x").get_json()["found"]
    assert told[0]["href"].startswith("/drill?indicator=appeals_accepted&")
    assert "period=2026-W02" in told[0]["href"]
    assert client.get("/find?q=").get_json()["found"] == []


def test_the_file_of_all_cases_holds_what_the_number_counts(client: FlaskClient) -> None:
    asked = client.get(ASK).get_json()
    text = client.get(f"/export/cases.csv?indicator=appeals_accepted&{WEEK}").text
    lines = text.removeprefix("\ufeff").strip().split("\r\n")
    assert len(lines) == asked["value"] + 1
    assert lines[0].startswith("时间,工单号")
    assert client.post("/export/xlsx", json={"head": 1}).status_code == 400


def shapes_of(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    with client.get(f"/geo/{address}.json") as answer:
        return answer.get_json()["features"]


def test_the_shapes_of_a_level_cover_the_area_without_gap_or_overlap(client: FlaskClient) -> None:
    streets = shapes_of(client, "children_of/990100")
    communities = shapes_of(client, "at_level/community/990100")
    assert {one["properties"]["level"] for one in communities} == {"community"}
    below = [
        one["properties"]["id"]
        for street in streets
        for one in shapes_of(client, f"children_of/{street['properties']['id']}")
    ]
    assert sorted(one["properties"]["id"] for one in communities) == sorted(below)
    parts = [shape(one["geometry"]) for one in communities]
    whole = unary_union([shape(one["geometry"]) for one in streets])
    assert sum(part.area for part in parts) == pytest.approx(whole.area, rel=1e-3)
    assert unary_union(parts).symmetric_difference(whole).area < 1e-3 * whole.area


def test_the_shapes_of_a_level_are_asked_for_again_cheaply(client: FlaskClient) -> None:
    address = "/geo/at_level/community/990100.json"
    seen = {"If-None-Match": client.get(address).headers["ETag"]}
    assert client.get(address, headers=seen).status_code == 304
    assert client.get("/geo/at_level/planet/990100.json").status_code == 404
    assert client.get("/geo/at_level/community/0.json").status_code == 404


def test_a_level_that_is_skipped_moves_the_map_too(client: FlaskClient) -> None:
    drawn = drawn_page(client, "drill", "/drill", f"?indicator=appeals_accepted&{WEEK}")
    assert "/geo/children_of/990100.json" in drawn
    address = f"?indicator=appeals_accepted&{WEEK}&level=community"
    drawn = drawn_page(client, "drill", "/drill", address)
    assert "/geo/at_level/community/990100.json" in drawn
    told = client.get(f"{ASK}&level=community").get_json()["children"]
    text = json.loads(drawn)["response"]["drill"]["children"]
    hideout = next(found_in(text, "hideout"))
    for child in told:
        if child["area"]:
            (key,) = [one for one in hideout["text"] if one.split("@")[0] == child["area"]]
            assert hideout["text"][key].removesuffix("件") == f"{child['value']:g}"


def found_in(part: object, name: str) -> Iterator[Any]:
    """Yield every value of a name in a tree of mappings and lists."""
    if isinstance(part, dict):
        if name in part:
            yield part[name]
        for value in part.values():
            yield from found_in(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from found_in(value, name)
