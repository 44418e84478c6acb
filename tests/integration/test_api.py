"""The API and the pages over Flask's test client: JSON, statuses, headers and callbacks."""

import gzip
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient

from cockpit.app import CockpitApp, create_app
from cockpit.commands.init import TEMPLATE
from cockpit.jobs import load_inbox
from cockpit.pages import PAGES, page_at
from cockpit.settings import load_settings
from cockpit.wiring import Services, build
from metrics.answer_json import as_json
from metrics.errors import StoreError
from metrics.store import Store
from metrics.tables import all_tables
from tests.support.demo_home import NOW

WEEK = "period=2026-W02"
ASK = f"/api/v1/ask?indicator=appeals_accepted&{WEEK}"
STATUS_OF_NOTHING = 204


@pytest.fixture(scope="module")
def services(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The small city of ``cockpit init``, loaded into the store of this process."""
    for table in all_tables(store.timezone):
        store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    store.refresh_version()
    folder = tmp_path_factory.mktemp("api") / "city"
    shutil.copytree(TEMPLATE, folder)
    flags = {"city": folder, "home": folder / "var", "now": NOW}
    opened = build(load_settings(flags, {}, folder=folder), store=store)
    _, report = load_inbox(opened)
    assert report.failed == ()
    return opened


@pytest.fixture(scope="module")
def app(services: Services) -> CockpitApp:
    return create_app(services)


@pytest.fixture
def client(app: CockpitApp) -> Iterator[FlaskClient]:
    with app.flask.test_client() as opened:
        yield opened


def test_ask_is_the_same_answer_as_everywhere(client: FlaskClient, services: Services) -> None:
    told = client.get(f"{ASK}&level=street&by=&compare=prev").get_json()
    question = services.service.question(
        "appeals_accepted", period="2026-W02", level="street", compare=("prev",)
    )
    assert told == json.loads(json.dumps(as_json(services.service.answer(question)), default=str))
    assert told["value"] == 6
    assert [one["name"] for one in told["children"]][-1] == "未归属"


def test_parameters_are_those_of_the_command_line(client: FlaskClient) -> None:
    noise = client.get(f"{ASK}&filter=category=噪声污染").get_json()
    assert noise["value"] == 2
    street = client.get(f"{ASK}&area=990100001&series=7").get_json()
    assert street["value"] == 2
    assert len(street["series"]) == 7


def test_cases_are_the_rows_behind_the_number(client: FlaskClient) -> None:
    told = client.get(f"/api/v1/cases?indicator=appeals_accepted&{WEEK}&limit=4").get_json()
    rest = client.get(f"/api/v1/cases?indicator=appeals_accepted&{WEEK}&limit=4&offset=4")
    numbers = [row["case_no"] for row in [*told["rows"], *rest.get_json()["rows"]]]
    assert told["total"] == 6
    assert sorted(numbers) == [f"EX000{n}" for n in range(1, 7)]


def test_catalogue_version_and_health(client: FlaskClient, services: Services) -> None:
    listed = client.get("/api/v1/catalogue").get_json()
    assert [one["id"] for one in listed] == list(services.catalogue.indicators)
    assert client.get("/api/v1/catalogue?id=um_filed").get_json()["id"] == "um_filed"
    version = client.get("/api/v1/version").get_json()
    assert version == {
        "ok": True, "data_version": services.service.version, "app_version": "0.1.0",
        "now": "2026-01-14T10:00:00+08:00", "build": services.build,
    }  # fmt: skip
    assert client.get("/healthz").get_json()["ok"] is True


@pytest.mark.parametrize(
    ("address", "status", "word"),
    [
        ("/api/v1/ask", 400, "no indicator is named"),
        ("/api/v1/ask?indicator=appeals_acceptd", 404, "appeals_accepted"),
        (f"{ASK}&area=1", 404, "unknown area"),
        ("/api/v1/ask?indicator=appeals_accepted&period=2030", 400, "after today"),
        (f"{ASK}&perod=x", 404, "Did you mean 'period'?"),
        (f"{ASK}&as_of=-1", 400, "is no value for as_of"),
        (f"{ASK}&as_of=99999", 400, "there is no batch"),
        (f"{ASK}&series=99999", 400, "is no value for series"),
        (f"/api/v1/cases?indicator=appeals_accepted&{WEEK}&limit=0", 400, "cannot be given"),
        (f"/api/v1/cases?indicator=appeals_accepted&{WEEK}&side=left", 404, "unknown side"),
        ("/api/v1/asks", 404, "/api/v1/ask"),
        ("/briefing/soon.docx", 400, "not understood"),
    ],
)
def test_failures_have_one_shape(client: FlaskClient, address: str, status: int, word: str) -> None:
    answer = client.get(address)
    told = answer.get_json()
    assert answer.status_code == status
    assert told.keys() >= {"ok", "error", "where", "hint"}
    assert told["ok"] is False
    assert word in told["error"] + told["hint"]


def test_a_lost_store_is_said_and_not_hidden(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        what = "the disk is gone"
        raise StoreError(what, where="store")

    monkeypatch.setattr(services.store, "rows", lost)
    services.cache.clear()
    assert client.get("/healthz").status_code == 503
    answer = client.get(ASK)
    assert answer.status_code == 503
    assert answer.get_json()["error"] == "the disk is gone"


def test_an_answer_is_asked_for_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    services.cache.clear()
    asked: list[int] = []
    real = services.service.answer_many
    monkeypatch.setattr(
        services.service, "answer_many", lambda few: asked.append(len(few)) or real(few)
    )
    question = services.service.question("appeals_accepted", period="2026-W02")
    other = services.service.question("appeals_closed", period="2026-W02")
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda _: services.answer_many([question]), range(16)))
    assert {answer.figure.value for (answer,) in values} == {6}
    assert [one.indicator.id for one in services.answer_many([other, question, other])] == [
        "appeals_closed", "appeals_accepted", "appeals_closed",
    ]  # fmt: skip
    assert asked == [1, 1]


def test_headers_keep_the_browser_at_home(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in answer.headers
    text = answer.get_data(as_text=True)
    assert '<html data-theme="dark" data-page="/" lang="zh-CN">' in text
    assert "http://" not in text
    assert "https://" not in text


def test_every_page_has_its_title_and_absent_ones_a_404(client: FlaskClient) -> None:
    for page in PAGES:
        address = page.path.replace("<key>", "x")
        assert page_at(address) is page
        answer = client.get(address)
        assert answer.status_code == 200
        assert "<title>" in answer.get_data(as_text=True)
    assert client.get("/nowhere").status_code == 404
    assert "<title>简报 · 示例区" in client.get("/briefing").get_data(as_text=True)


def test_map_files_are_asked_for_again_cheaply(client: FlaskClient) -> None:
    answer = client.get("/geo/children_of/990100.json")
    assert len(answer.get_json()["features"]) == 4
    answer.close()
    seen = {"If-None-Match": answer.headers["ETag"]}
    again = client.get("/geo/children_of/990100.json", headers=seen)
    again.close()
    assert again.status_code == 304
    assert client.get("/geo/none.json").status_code == 404
    assert client.get("/geo/../../secret").status_code == 404


def test_what_is_long_comes_compressed(client: FlaskClient) -> None:
    answer = client.get("/api/v1/catalogue", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.data))) > 40


def ids_in(layout: Component) -> set[str]:
    found = [part.id for part in layout._traverse() if getattr(part, "id", None)]
    return {one if isinstance(one, str) else json.dumps(one, sort_keys=True) for one in found}


def test_every_id_a_callback_names_is_on_a_page(client: FlaskClient, app: CockpitApp) -> None:
    known = ids_in(app.validation_layout)
    named: set[str] = set()
    for callback in client.get("/_dash-dependencies").get_json():
        parts = [*callback["inputs"], *callback["state"]]
        named |= {part["id"] for part in parts}
        outputs = callback["output"].strip(".").split("...")
        named |= {one.rpartition(".")[0] for one in outputs if one}
    plain = {one for one in named if one and not one.startswith("{")}
    assert plain - known == set()


def test_every_callback_answers(client: FlaskClient, app: CockpitApp) -> None:
    layout = {part.id: part for part in app.validation_layout._traverse() if hasattr(part, "id")}
    addresses = [page.path.replace("<key>", "990100001") for page in PAGES]
    for callback in client.get("/_dash-dependencies").get_json():
        if callback["clientside_function"] or "MATCH" in callback["output"]:
            continue  # the latter have no part on a page until it is drawn
        statuses = set()
        for pathname in addresses:
            answer = client.post("/_dash-update-component", json=posted(callback, layout, pathname))
            statuses.add(answer.status_code)
            if answer.status_code == 200:
                assert "notice" not in answer.get_json().get("sideUpdate", {}), callback["output"]
        assert 200 in statuses
        assert statuses <= {200, STATUS_OF_NOTHING}


def posted(callback: dict[str, Any], layout: dict[Any, Any], pathname: str) -> dict[str, Any]:
    """Return what the browser would send."""
    address = {"pathname": pathname, "search": "", "href": f"http://localhost{pathname}"}

    def filled(part: dict[str, str]) -> dict[str, object]:
        holder = layout.get(part["id"])
        value = getattr(holder, part["property"], None)
        return {**part, "value": address.get(part["property"], value)}

    names = [one for one in callback["output"].strip(".").split("...") if one]
    split = [dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in names]
    first = callback["inputs"][0]
    return {
        "output": callback["output"],
        "outputs": split if callback["output"].startswith("..") else split[0],
        "inputs": [filled(part) for part in callback["inputs"]],
        "state": [filled(part) for part in callback["state"]],
        "changedPropIds": [f"{first['id']}.{first['property']}"],
    }


def test_the_desk_of_a_briefing_takes_what_is_typed(client: FlaskClient) -> None:
    """As the browser posts it: the button, and every field of the page with its name."""
    callback = next(
        one for one in client.get("/_dash-dependencies").get_json()
        if "briefing-do" in one["inputs"][0]["id"]
    )  # fmt: skip

    def press(act: str, of: str, **typed: str) -> str:
        done = {"act": act, "of": of, "type": "briefing-do"}
        fields = [
            {"id": {"name": name, "of": of if name == "text" else "", "type": "briefing-field"},
             "property": "value", "value": value}
            for name, value in typed.items()
        ]  # fmt: skip
        name, _, attribute = callback["output"].rpartition(".")
        answer = client.post("/_dash-update-component", json={
            "output": callback["output"],
            "outputs": {"id": name, "property": attribute},
            "inputs": [[{"id": done, "property": "n_clicks", "value": 1}]],
            "state": [fields, {"id": "address", "property": "pathname",
                               "value": "/briefing/2026-W03"}],
            "changedPropIds": [json.dumps(done, separators=(",", ":")) + ".n_clicks"],
        })  # fmt: skip
        assert answer.status_code == 200
        said = json.dumps(answer.get_json(), ensure_ascii=False)
        return re.search(r'"children": "([^"]*)", "id": "briefing-said"', said)[1]

    assert "Type your name" in press("drop", "overview.reds", who="", revision="0")
    assert "已保存" in press("drop", "overview.reds", who="Wang", revision="0")
    assert "somebody else has changed" in press("drop", "notes.words", who="Li", revision="0")
    assert "已审核通过" in press("way", "review", who="Li", revision="1")
    assert "only a draft is edited" in press("up", "notes.words", who="Li", revision="2")


def test_a_briefing_comes_in_every_form(client: FlaskClient) -> None:
    for form, head in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("pptx", b"PK")):
        answer = client.get(f"/briefing/2026-W02.{form}")
        assert answer.status_code == 200
        assert answer.data.startswith(head)
        assert f"2026-W02.{form}" in answer.headers["Content-Disposition"]
        answer.close()
    answer = client.get("/briefing/2026-W02.docx?review=1")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert "word/comments.xml" in package.namelist()
    answer.close()
    assert client.get("/briefing/2026-W02.exe").status_code == 404
    assert client.get("/briefing/..%2f..%2fetc.pdf").status_code in (400, 404)


def test_a_briefing_is_frozen_once_issued(client: FlaskClient, services: Services) -> None:
    answer = client.get("/briefing/2026-W02.docx")
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"
    folder: Path = services.settings.home / "briefings"
    kept = (folder / "2026-W02.json").read_bytes()
    answer.close()
    client.get("/briefing/2026-W02.docx").close()
    assert (folder / "2026-W02.json").read_bytes() == kept
    damaged = kept.replace("示例区".encode(), "某某区".encode(), 1)
    (folder / "2026-W02.json").write_bytes(damaged)
    assert client.get("/briefing/2026-W02.docx").status_code == 400


def test_why_splits_what_ask_says(client: FlaskClient) -> None:
    asked = client.get(f"{ASK}&compare=prev").get_json()
    why = client.get(ASK.replace("/ask", "/why")).get_json()
    assert (why["value"], why["previous"]) == (asked["value"], asked["previous"])
    for cut in why["cuts"]:
        effects = sum(part["effect"] for part in cut["parts"])
        assert effects == pytest.approx(asked["value"] - asked["previous"], abs=1e-9)
