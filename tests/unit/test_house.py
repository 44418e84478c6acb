"""The house rules that no linter knows: file sizes, names, the lock, what the browser may fetch."""

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("cockpit", "metrics", "layouts", "etl", "assets")
LINES = 400
GENERATED = ("tests/golden/", "assets/vendor/")

# In two pieces each, so that this file does not name what it looks for.
REGISTRIES = tuple(
    "".join(pieces)
    for pieces in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("npm", "mirror.com"),
        ("yarn", "pkg.com"),
        ("anaconda", ".org"),
        ("deb.", "debian.org"),
        ("proxy.", "golang.org"),
        ("crates", ".io"),
        ("pypi", ".tuna."),
        ("mirrors.", "aliyun"),
    )
)


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Every file that is in git or could be added to it."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout: there is no list of the project's own files")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def texts(files: list[Path]) -> Iterator[tuple[str, str]]:
    for path in files:
        raw = path.read_bytes()
        if b"\0" not in raw:
            yield path.relative_to(ROOT).as_posix(), raw.decode("utf-8", errors="replace")


def locked() -> dict[str, str]:
    """The lock: package name → the text of its entry."""
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / "requirements.txt").read_text("utf-8"), flags=re.M)
    return {entry.split("==")[0]: entry for entry in entries if "==" in entry}


def test_no_file_names_a_package_registry(files: list[Path]) -> None:
    named = [
        f"{name}: {host}"
        for name, text in texts(files)
        for host in REGISTRIES
        if host in text.lower()
    ]
    assert not named, "the client is told where to fetch by whoever installs, not by a file here"


def test_code_files_stay_short(files: list[Path]) -> None:
    long = {
        name: lines
        for name, text in texts(files)
        if name.endswith((".py", ".js", ".css")) and not name.startswith(GENERATED)
        if (lines := len(text.splitlines())) > LINES
    }
    assert not long, f"past {LINES} lines look for the seam"


def test_no_module_is_named_after_nothing(files: list[Path]) -> None:
    vague = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    assert not [path for path in files if path.name in vague], "name it for what it holds"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_what_it_is(package: str) -> None:
    tree = ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))
    assert ast.get_docstring(tree)


def test_the_lock_names_no_place() -> None:
    text = (ROOT / "requirements.txt").read_text("utf-8")
    assert not re.findall(r"^.*(?://| @ |--index|--find-links|file:|/home|/root).*$", text, re.M)


def test_every_locked_package_has_a_hash() -> None:
    bare = [name for name, entry in locked().items() if "--hash=sha256:" not in entry]
    assert not bare


def test_the_lock_holds_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["dependency-groups"]["build"],
    ]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[<>=\[; ]", line)[0]).lower() for line in declared}
    assert names - locked().keys() == set(), "make lock"


def test_styles_fetch_only_what_is_served_here() -> None:
    styles = {path: path.read_text("utf-8") for path in (ROOT / "assets").rglob("*.css")}
    assert not [path.name for path, text in styles.items() if "@import" in text]
    absent = [
        f"{path.name}: {url}"
        for path, text in styles.items()
        for url in re.findall(r"url\(\s*[\"']?([^\"')]+)", text)
        if not url.startswith(("data:", "#")) and not (path.parent / url).is_file()
    ]
    assert not absent


def test_every_font_file_is_used_and_licensed() -> None:
    faces = (ROOT / "assets/00_fonts.css").read_text("utf-8")
    fonts = sorted((ROOT / "assets/fonts").rglob("*.woff2"))
    assert len(fonts) > 100
    assert [font.name for font in fonts if font.name not in faces] == []
    assert [font for font in fonts if not (font.parent / "OFL.txt").is_file()] == []
