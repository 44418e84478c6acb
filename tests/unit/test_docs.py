"""What the pages say is so: generated ones are current, commands and examples in them work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cockpit.cli import cli as cockpit
from etl.source import load_specs
from metrics.catalogue import load_catalogue

ROOT = Path(__file__).resolve().parents[2]
READMES = ["README.md", "README.zh-CN.md"]


def test_generated_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/docs.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", READMES)
def test_commands_of_the_readme_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    called = re.findall(r"(?:\$ |`)cockpit ([a-z]+)", text)
    assert called
    assert isinstance(cockpit, click.Group)
    assert set(called) <= set(cockpit.commands)


@pytest.mark.parametrize("page", READMES)
def test_targets_of_the_readme_exist(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", READMES)
def test_indicators_of_the_readme_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:cockpit (?:ask|explain|sql) |indicator=)([a-z0-9_]+)", text))
    assert named
    assert named <= set(load_catalogue().indicators)


@pytest.mark.parametrize("page", READMES)
def test_the_source_spec_of_the_readme_is_valid(page: str, tmp_path: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    spec = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert spec
    (tmp_path / "hotline.yaml").write_text(spec[1], encoding="utf-8")
    loaded = load_specs(tmp_path)
    assert list(loaded) == ["hotline"]


def test_the_source_specs_of_the_feeds_page_are_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs/feeds.md").read_text(encoding="utf-8")
    for number, spec in enumerate(re.findall(r"```yaml\n(source:.*?)```", text, re.DOTALL)):
        (tmp_path / f"{number}.yaml").write_text(spec, encoding="utf-8")
    assert set(load_specs(tmp_path)) == {"hotline_api", "street_cases", "grid_patrol"}


def test_links_lead_somewhere() -> None:
    examples = [f"examples/{path.name}/README.md" for path in (ROOT / "examples").iterdir()]
    for page in [
        *READMES,
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "docs/onboarding.md",
        "docs/feeds.md",
        "docs/briefing.md",
        *examples,
    ]:
        text = (ROOT / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / page).parent / link).exists(), f"{page}: {link}"


def test_tests_named_in_the_architecture_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for named in re.findall(r"`(tests/[\w/.]+)`", text):
        assert (ROOT / named).exists(), named
