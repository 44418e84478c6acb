"""What the staff pages draw and serve: sentences, shapes, areas beside, rows set aside."""

import base64
import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from shapely.geometry import shape
from shapely.ops import unary_union

from cockpit.corrected_sheet import recount
from cockpit.jobs import load_inbox
from cockpit.wiring import Services
from layouts.quality.replay import Recounted
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


def test_an_area_stands_beside_its_siblings_and_its_parent(client: FlaskClient) -> None:
    told = client.get(f"{ASK}&level=street").get_json()
    values = {one["area"]: one["value"] for one in told["children"] if one["area"]}
    for code, value in values.items():
        text = drawn_page(client, "area", f"/area/{code}", f"?{WEEK}")
        rows = next(found_in(json.loads(text), "rowData"))
        (row,) = [one for one in rows if "indicator=appeals_accepted&" in one.get("href", "")]
        place = sorted(values.values(), reverse=True).index(value) + 1
        assert (row["value"], row["above"]) == (value, told["value"])
        assert row["rank_text"] == f"{place}(共{len(values)})"
    assert len(values) > 2


def test_an_area_lists_its_cases_that_are_open_now(client: FlaskClient) -> None:
    text = json.loads(drawn_page(client, "area", "/area/990100", f"?{WEEK}"))
    tables = [one for one in found_in(text, "rowData") if one and "case_no" in one[0]]
    assert [one["case_no"] for one in tables[0]] == ["EX0004"]  # the one without an end
    assert "period=today" in tables[0][0]["href"]


EIGHTH = "/api/v1/ask?indicator=appeals_accepted&period=2026-01-08"


def test_rows_set_aside_go_out_are_corrected_and_come_back(
    client: FlaskClient, services: Services
) -> None:
    head = "工单编号,受理时间,办结时间,截止时间,社区代码,类别,满意度,标题"
    bad = "EX0901,2026-13-45,,,990100001001,噪声污染,,夜间施工噪声"
    good = "EX0902,2026-01-07 10:00:00,,,990100001001,噪声污染,,夜间施工噪声"
    before = client.get(EIGHTH).get_json()["value"]
    (services.inbox / "热线_坏行.csv").write_text(f"{head}\n{bad}\n{good}\n", "utf-8")
    load_inbox(services)
    listed = drawn_page(client, "quality", "/quality", "?source=hotline")
    assert "2026-13-45" in listed
    assert "/export/quarantine/hotline.csv" in listed

    sheet = client.get("/export/quarantine/hotline.csv").data
    lines = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
    assert [one["工单编号"] for one in lines] == ["EX0901"]
    assert "没有改动过的行:1 行与隔离时相同" in posted_back(client, as_upload(sheet))

    corrected = sheet.decode("utf-8-sig").replace("2026-13-45", "2026-01-08 09:00:00")
    said = posted_back(client, as_upload(corrected.encode("gb18030")))
    assert "1 行已改正" in said
    assert "0 行未改动,0 行先前已入库" in said
    load_inbox(services)
    listed = drawn_page(client, "quality", "/quality", "?source=hotline")
    assert "2026-13-45" not in listed
    assert client.get(EIGHTH).get_json()["value"] == before + 1
    assert recount(services) == Recounted(
        files=3, compared=recount(services).compared, unbalanced=0, odd=0, differences=0, city=0
    )
    assert client.get("/export/quarantine/nobody.csv").status_code == 404
    assert "this is no file" in posted_back(client, "data:text/csv;base64,###")


def as_upload(sheet: bytes) -> str:
    return f"data:text/csv;base64,{base64.b64encode(sheet).decode()}"


def posted_back(client: FlaskClient, upload: str) -> str:
    """Return what the page says to a sheet, as the browser hands it over."""
    field, said = ({"source": "hotline", "type": f"quality-{one}"} for one in ("sheet", "said"))
    name = '{"source":["MATCH"],"type":"quality-said"}'
    changed = json.dumps(field, separators=(",", ":"), sort_keys=True)
    answer = client.post("/_dash-update-component", json={
        "output": f"{name}.children", "outputs": {"id": said, "property": "children"},
        "inputs": [{"id": field, "property": "contents", "value": upload}],
        "state": [{"id": "address", "property": "href", "value": "/quality?source=hotline"}],
        "changedPropIds": [f"{changed}.contents"],
    })  # fmt: skip
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.get_json(), ensure_ascii=False)
