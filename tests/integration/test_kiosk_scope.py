"""Who comes in by a kiosk link sees the wall, of the area the link names, and nothing else."""

import shutil
from urllib.parse import urlencode

import pytest

from cockpit.app import create_app
from cockpit.commands.init import TEMPLATE
from cockpit.jobs import load_inbox
from cockpit.settings import load_settings
from cockpit.wiring import build
from metrics.question import FULL_SCOPE
from metrics.tables import all_tables
from tests.support.demo_home import NOW

STREET, OTHER = "990100001", "990100002"
ROUTER = "..page.children...page-name.data.."


@pytest.fixture(scope="module")
def services(store, tmp_path_factory):
    for table in all_tables(store.timezone):
        store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    store.refresh_version()
    folder = tmp_path_factory.mktemp("kiosk") / "city"
    shutil.copytree(TEMPLATE, folder)
    flags = {"city": folder, "home": folder / "var", "now": NOW}
    opened = build(load_settings(flags, {}, folder=folder), store=store)
    load_inbox(opened)
    yield opened
    opened.ledger.close()


@pytest.fixture(scope="module")
def app(services):
    return create_app(services)


@pytest.fixture
def client(app):
    with app.flask.test_client() as opened:
        yield opened


@pytest.fixture
def street(client, services):
    """A browser that came in by a link of one street."""
    _, token = services.kiosk.make("西街", [STREET], days=1)
    answer = client.get(f"/?kiosk={token}&scene=overview")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/?scene=overview"  # the token leaves the address
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    return client


def payload(client, **view):
    said = {"scene": "overview", "area": "", "lang": "zh", **view}
    answer = client.get("/wall/payload?" + urlencode(said))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_json()


@pytest.fixture
def asked(services, monkeypatch):
    """Every question and every statement from here on."""
    questions, statements = [], []
    answer_many, rows = services.service.answer_many, services.store.rows

    def ask(few):
        questions.extend(few)
        return answer_many(few)

    def read(text, parameters=None, **more):
        statements.append((text, parameters or {}, more.get("tag", "")))
        return rows(text, parameters, **more)

    monkeypatch.setattr(services.service, "answer_many", ask)
    monkeypatch.setattr(services.store, "rows", read)
    services.cache.clear()
    return questions, statements


def test_every_statement_carries_the_scope(street, asked):
    questions, statements = asked
    told = payload(street, spot="appeals_accepted|")
    assert "error" not in told
    assert len(questions) > 20
    assert {one.viewer.roots for one in questions} == {(STREET,)}
    # what only tells how old the feeds are is the same for everybody
    facts = [one for one in statements if one[2].startswith(("ask", "cases"))]
    assert facts
    for text, parameters, tag in facts:
        assert STREET in f"{text} {parameters}", tag
        assert OTHER not in f"{text} {parameters}", tag
    assert told["spot"]["b"] == "西街街道" or STREET in told["spot"]["h"]


def test_the_scope_is_in_the_cache_key(services, client, street, app):
    service, key = services.service, services.cache._key
    mine = service.question("appeals_accepted", period="yesterday", area=STREET,
                            viewer=services.kiosk.admit(_cookie(street)).viewer)  # fmt: skip
    full = service.question("appeals_accepted", period="yesterday", area=STREET, viewer=FULL_SCOPE)
    assert key(mine, "plain") != key(full, "plain")
    with app.flask.test_client() as free:
        whole = payload(free)
    scoped = payload(street)  # asked right after: nothing of the whole city may come back
    assert set(scoped["map"]["v"]) & set(whole["map"]["v"]) == set()
    assert payload(street, area=STREET)["map"] == scoped["map"]


def test_what_walls_share_is_shared_within_a_scope_only(street, app, asked):
    questions, _ = asked
    with app.flask.test_client() as free:
        whole = payload(free, area=STREET)
        assert {one.viewer.roots for one in questions} == {()}
        questions.clear()
        again = payload(free, area=STREET, spot="appeals_accepted|")
        assert [one.indicator for one in questions] == ["appeals_accepted"]  # the large card alone
        assert (whole["spot"], again["spot"]["key"]) == (None, "appeals_accepted|")
        assert {**again, "spot": None} == whole
        questions.clear()
        payload(free, area=STREET, scene="urban")
        payload(free, area=STREET, lang="en")
        questions.clear()
    payload(street)  # the same scene of the same area, asked by somebody who may see nothing else
    assert len(questions) > 20
    assert {one.viewer.roots for one in questions} == {(STREET,)}
    questions.clear()
    payload(street)
    assert questions == []


def _cookie(client):
    found = client.get_cookie("cockpit_kiosk")
    assert found is not None
    return found.value


def test_another_area_is_refused_however_it_is_asked_for(street):
    for view in ({"area": OTHER}, {"area": "990100"}):
        assert "lies outside what kiosk 西街 may see" in payload(street, **view)["error"]
    spot = payload(street, spot=f"appeals_accepted|{OTHER}")["spot"]
    assert spot["v"] == "—"
    assert "lies outside" in spot["o"]


@pytest.mark.parametrize(
    "path",
    ["/drill", "/hotspots", "/walls", "/quality", "/briefing", "/briefing/2026-W02.docx",
     "/indicator/um_filed", f"/area/{STREET}", "/nowhere"],
)  # fmt: skip
def test_other_pages_are_closed(street, path):
    answer = street.get(path)
    assert answer.status_code == 403
    text = answer.get_data(as_text=True)
    assert "大屏链接只能查看大屏" in text
    assert "Traceback" not in text


def test_the_api_and_the_callbacks_of_other_pages_are_closed(street):
    for question in ("ask", "why"):
        answer = street.get(f"/api/v1/{question}?indicator=appeals_accepted")
        assert answer.status_code == 403
    assert answer.get_json()["error"] == "a kiosk link opens the wall and nothing else"
    for callback in street.get("/_dash-dependencies").get_json():
        if callback["output"] == ROUTER or callback["clientside_function"]:
            continue
        said = {"output": callback["output"], "inputs": [], "state": []}
        assert street.post("/_dash-update-component", json=said).status_code == 403
    drill = [{"id": "address", "property": "pathname", "value": "/drill"}]
    routed = {"output": ROUTER, "inputs": drill, "state": []}
    assert street.post("/_dash-update-component", json=routed).status_code == 403
    assert street.get("/").status_code == 200
    shapes = street.get("/geo/children_of/990100.json")
    assert shapes.status_code == 200
    shapes.close()


def test_a_beat_is_the_links_own_and_is_never_sent_outside(street, services):
    told = street.get("/api/v1/version?" + urlencode({"wall": "w-other", "tab": "t"})).get_json()
    wall = services.kiosk.admit(_cookie(street)).wall
    assert wall in {one.beat.wall for one in services.desk.walls()}
    assert "w-other" not in {one.beat.wall for one in services.desk.walls()}
    assert told["wall"]["area"] == STREET
    services.desk.send(wall, "urban", OTHER)
    services.desk.spotlight(wall, "appeals_accepted", OTHER)
    told = street.get("/api/v1/version?tab=t").get_json()["wall"]
    assert (told["scene"], told["area"], told["spot_area"]) == ("urban", STREET, STREET)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_link_that_does_not_hold_gets_one_sentence(client, services, lang):
    link, token = services.kiosk.make("东街")
    forged = client.get(f"/?kiosk={token[:-4]}AAAA&lang={lang}")
    said = forged.get_data(as_text=True)
    assert forged.status_code == 403
    assert ("不是本系统签发" if lang == "zh" else "was not made here") in said
    assert client.get_cookie("cockpit_kiosk") is None
    client.get(f"/?kiosk={token}")
    services.kiosk.revoke(link.id)
    for path in ("/", "/api/v1/version"):
        assert client.get(path).status_code == 403
    left = client.get("/?kiosk=off")
    assert left.status_code == 302
    assert client.get("/drill").status_code == 200


def test_without_a_link_everything_is_as_before(client):
    assert client.get("/drill").status_code == 200
    assert client.get("/api/v1/version").get_json().keys() == {
        "ok", "data_version", "app_version", "now", "build",
    }  # fmt: skip
    assert client.get("/api/v1/version?wall=%2F").status_code == 400
