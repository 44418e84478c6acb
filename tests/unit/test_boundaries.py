"""The territory from files: what is read, what is refused, what is found odd."""

import json
import re

import pytest
import shapely

from etl.boundaries import load_territory
from etl.boundary_check import check_boundaries
from etl.cityfile import load_city
from etl.map_slices import slice_file, write_map_slices
from metrics.errors import ConfigError, ConfigProblems
from tests.support.small_city import SIDE, SOUTH, WEST, feature, square, write_city, write_geojson


@pytest.fixture
def folder(tmp_path):
    return write_city(tmp_path / "city")


def loaded(folder):
    return load_territory(load_city(folder))


def edit(folder, level, change):
    path = folder / "territory" / f"{level}.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    write_geojson(path, change(features) or features)


def problems(folder):
    with pytest.raises(ConfigProblems) as caught:
        loaded(folder)
    return [problem.sentence for problem in caught.value.problems]


def test_a_sound_city(folder):
    city = load_city(folder)
    found = load_territory(city)
    assert (city.name, city.title) == ("方格区", "方格区城市运行驾驶舱")
    assert len(found.territory.areas) == 1 + 4 + 16 + 64
    assert found.territory.path("990100003002001") == (
        "990100", "990100003", "990100003002", "990100003002001",
    )  # fmt: skip
    assert found.territory.areas["990100"].population == 400_000
    assert check_boundaries(found) == []


def test_geojson_without_the_code_property_names_what_is_there(folder):
    def rename(features):
        for one in features:
            one["properties"]["codes"] = one["properties"].pop("code")

    edit(folder, "grid", rename)
    (said,) = problems(folder)
    assert "grid.geojson" in said
    assert "no feature has the property 'code'" in said
    assert "codes, name, parent" in said
    assert "Did you mean 'codes'?" in said


def test_missing_file_names_the_line_of_city_yaml(folder):
    (folder / "territory" / "street.geojson").unlink()
    said = problems(folder)
    assert re.search(r"city\.yaml:8: .*street\.geojson does not exist", said[0])


def test_broken_json_names_its_line(folder):
    (folder / "territory" / "street.geojson").write_text('{\n"features": [\n,]}')
    assert "street.geojson:3: this is not JSON" in problems(folder)[0]


def test_all_problems_come_at_once(folder):
    def spoil(features):
        features[0]["properties"]["parent"] = "990100009"  # no such street
        features[1]["properties"]["code"] = features[2]["properties"]["code"]
        features[3]["properties"]["parent"] = "990100001001"  # a community
        features[4]["geometry"] = {"type": "Point", "coordinates": [120, 30]}
        features[5]["geometry"]["coordinates"] = [[[500000.0, 3400000.0]] * 4]

    edit(folder, "community", spoil)
    said = problems(folder)
    assert any("is an orphan: its parent '990100009' is no area" in one for one in said)
    assert any("is used twice at the same time" in one for one in said)
    assert any("which is not above it (community below community)" in one for one in said)
    assert any("feature 5: the geometry is Point" in one for one in said)
    assert any("feature 6: the coordinates are not degrees" in one for one in said)


def test_a_code_that_comes_back_gets_the_date_in_its_id(folder):
    with (folder / "territory" / "areas.csv").open("a", encoding="utf-8") as file:
        file.write("990100001001001,旧网格,grid,990100001001,2020-01-01,2026-01-01,\n")
        file.write("990100001001001,新网格,grid,990100001001,2026-01-01,,\n")
    areas = loaded(folder).territory.areas
    assert areas["990100001001001@2020-01-01"].name == "旧网格"
    assert areas["990100001001001@2026-01-01"].name == "新网格"
    with (folder / "territory" / "areas.csv").open("a", encoding="utf-8") as file:
        file.write("990100001001001,第三个,grid,990100001001,2025-06-01,2025-07-01,\n")
    assert "areas.csv:5: the code '990100001001001' is used twice" in problems(folder)[0]


def test_areas_csv_problems_have_lines(folder):
    with (folder / "territory" / "areas.csv").open("a", encoding="utf-8") as file:
        file.write("990100001,街道1,streeet,,,,\n990100002,街道2,street,,2026-13-01,,many\n")
    said = problems(folder)
    assert "areas.csv:3: unknown level 'streeet'. Did you mean 'street'?" in said[0]
    assert any("areas.csv:4: '2026-13-01' is not a date" in one for one in said)
    assert any("areas.csv:4: population 'many' is not a number" in one for one in said)


def test_city_yaml_problems_have_lines_and_near_words(folder):
    path = folder / "city.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("demo: true", "dmo: true").replace('"990100"', "990100"))
    with pytest.raises(ConfigProblems) as caught:
        load_city(folder)
    said = [one.sentence for one in caught.value.problems]
    assert "city.yaml:4: unknown key 'dmo'. Did you mean 'demo'?" in said[0]
    assert "city.yaml:5: 'root' is wrong" in said[1]
    assert "quotes" in said[1]


def test_missing_data_folder_names_the_variable(folder, monkeypatch):
    with (folder / "city.yaml").open("a") as file:
        file.write("data: elsewhere\n")
    with pytest.raises(ConfigError, match="COCKPIT_DATA"):
        load_city(folder)
    monkeypatch.setenv("COCKPIT_DATA", str(folder / "territory"))
    assert load_city(folder).territory == folder / "territory"


def test_territory_files_may_lie_beside_city_yaml(folder, tmp_path):
    with (folder / "city.yaml").open("a") as file:
        file.write(f"data: {tmp_path}\nterritory: territory\ninbox: .\n")
    city = load_city(folder)
    assert (city.territory, city.inbox) == (folder / "territory", tmp_path)
    assert len(load_territory(city).territory.areas) == 1 + 4 + 16 + 64


def test_a_city_may_have_two_levels_and_no_shapes(tmp_path):
    text = (
        "id: wards\nname: W\nroot: C\nlevels:\n"
        "  - {id: city, name: 市, role: district}\n  - {id: ward, name: 选区, role: street}\n"
    )
    (tmp_path / "city.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigProblems, match="or list areas without shapes under areas:"):
        load_city(tmp_path)
    (tmp_path / "city.yaml").write_text(text + "areas: areas.csv\n", encoding="utf-8")
    (tmp_path / "territory").mkdir()
    areas = "code,name,level,aliases\nC,城,city,\n1,一,ward,Ward 1;WARD 1\n2,二,ward,\n"
    (tmp_path / "territory" / "areas.csv").write_text(areas, encoding="utf-8")
    found = loaded(tmp_path)
    assert found.territory.path("1") == ("C", "1")
    assert found.territory.areas["1"].aliases == ("Ward 1", "WARD 1")
    assert [one.sentence for one in check_boundaries(found)] == [
        "No area has a shape: there is no map, and points are never placed."
    ]
    children, outline = write_map_slices(found, tmp_path / "map")
    for path in (children, outline):
        assert json.loads(path.read_text())["features"] == []


def test_overlap_gap_and_child_outside_are_named_with_their_size(folder):
    def shift(features):
        one = features[0]  # the grid in the south-west corner moves half a grid to the east
        ring = one["geometry"]["coordinates"][0]
        one["geometry"]["coordinates"] = [[[x + SIDE / 2, y] for x, y in ring]]
        last = features[-1]["geometry"]["coordinates"][0]  # the north-east one leaves the city
        features[-1]["geometry"]["coordinates"] = [[[x + SIDE / 4, y] for x, y in last]]

    edit(folder, "grid", shift)
    found = {one.kind: one for one in check_boundaries(loaded(folder))}
    grid = (SIDE * 111_195) ** 2 * 0.866  # cos 30°
    assert found["overlap"].square_metres == pytest.approx(grid / 2, rel=0.01)
    assert found["overlap"].areas == ("990100001001001", "990100001001002")
    assert "网格1 (990100001001001) and 网格2" in found["overlap"].sentence
    assert found["gap"].square_metres > 0
    assert found["outside_parent"].square_metres == pytest.approx(grid / 4, rel=0.01)
    assert found.keys() == {"overlap", "gap", "outside_parent"}


def test_an_invalid_ring_is_reported_and_repaired(folder):
    def twist(features):
        ring = features[0]["geometry"]["coordinates"][0]
        ring[0], ring[1], ring[-1] = ring[1], ring[0], ring[1]

    edit(folder, "grid", twist)
    found = loaded(folder)
    assert [one.kind for one in found.findings] == ["invalid_ring"]
    assert "feature 1: the ring of 网格1 (990100001001001) is invalid" in found.findings[0].sentence
    assert found.shapes["990100001001001"].is_valid


def test_an_area_without_a_shape_gets_its_childrens(folder):
    text = (folder / "city.yaml").read_text(encoding="utf-8")
    (folder / "city.yaml").write_text(
        text.replace(", geojson: street.geojson", ""), encoding="utf-8"
    )
    with (folder / "territory" / "areas.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"99010000{n},街道{n},street,990100,,,\n" for n in range(1, 5))
    found = loaded(folder)
    expected = shapely.box(WEST, SOUTH, WEST + 4 * SIDE, SOUTH + 4 * SIDE)
    assert found.shapes["990100001"].symmetric_difference(expected).area < 1e-12


def test_foreign_properties_and_prefixes(tmp_path):
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "city.yaml").write_text(
        """\
id: bay
name: Bay
root: SF
timezone: America/Los_Angeles
data: .
levels:
  - {id: city, name: 市, geojson: city.geojson}
  - {id: hood, name: 街区, geojson: h.geojson, code: nhood, name_property: nhood, prefix: "N:"}
  - {id: tract, name: 普查区, geojson: t.geojson, code: geoid, parent: nhood, parent_prefix: "N:"}
areas:
  file: areas.csv
  parent: parent_code
  population: people
  levels: {neighborhood: hood}
"""
    )
    ring = square(0, 0, 2)
    city = feature("", "San Francisco", ring)
    del city["properties"]["code"]
    write_geojson(folder / "city.geojson", [city])
    write_geojson(folder / "h.geojson", [feature("", "", ring, nhood="Castro/Upper")])
    write_geojson(folder / "t.geojson", [feature("", "", ring, geoid=6075, nhood="Castro/Upper")])
    (folder / "areas.csv").write_text(
        "code,name,level,parent_code,people\nSF,San Francisco,city,,\n"
        'N:Castro/Upper,Castro,neighborhood,SF,"20,263"\n'
    )
    found = loaded(folder)
    hood = found.territory.areas["N:Castro/Upper"]
    assert (hood.name, hood.parent, hood.population) == ("Castro", "SF", 20263)
    assert found.territory.areas["6075"].parent == "N:Castro/Upper"
    written = write_map_slices(found, folder / "slices")
    assert slice_file(folder / "slices", "N:Castro/Upper") in written


def test_map_slices_hold_the_children_and_share_their_borders(folder, tmp_path):
    found = loaded(folder)
    write_map_slices(found, tmp_path)
    streets = json.loads((tmp_path / "children_of" / "990100.json").read_text(encoding="utf-8"))
    properties = [one["properties"] for one in streets["features"]]
    assert properties[0] == {
        "id": "990100001", "code": "990100001", "name": "街道1", "level": "street",
        "has_children": True,
    }  # fmt: skip
    shapes = [shapely.geometry.shape(one["geometry"]) for one in streets["features"]]
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).equals(shapely.box(120, 30, 120 + 8 * SIDE, 30 + 8 * SIDE))
    grids = json.loads((tmp_path / "children_of" / "990100001001.json").read_text(encoding="utf-8"))
    assert not any(one["properties"]["has_children"] for one in grids["features"])
    assert len(json.loads((tmp_path / "outline.json").read_text(encoding="utf-8"))["features"]) == 1
