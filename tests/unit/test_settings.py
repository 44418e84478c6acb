"""Settings: who wins, where a value came from, and what a wrong one is told."""

import stat
from pathlib import Path

import pytest

from cockpit.settings import SETTINGS, load_settings, without_password
from cockpit.wsgi import refuse_several_workers
from metrics.errors import ConfigError, UnknownName


def test_a_flag_wins_over_environment_file_and_default(tmp_path: Path) -> None:
    (tmp_path / "cockpit.toml").write_text("port = 1\nthreads = 3\nlang = 'en'\n")
    settings = load_settings(
        {"port": 3, "city": None}, {"COCKPIT_PORT": "2", "COCKPIT_THREADS": "5"}, folder=tmp_path
    )
    assert (settings.port, settings.threads, settings.lang, settings.host) == (
        3, 5, "en", "127.0.0.1",
    )  # fmt: skip
    origins = [settings.origins[name] for name in ("port", "threads", "lang", "host")]
    assert origins[:2] == ["flag --port", "environment COCKPIT_THREADS"]
    assert origins[2].startswith("file ")
    assert origins[3] == "default"


def test_defaults_hang_together(tmp_path: Path) -> None:
    settings = load_settings({"home": tmp_path / "h"}, {}, folder=tmp_path)
    assert settings.store == f"chdb://{tmp_path / 'h'}/store"
    assert settings.inbox == tmp_path / "h" / "inbox" / "xiaoshan"


def test_folders_in_the_file_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "cockpit.toml").write_text('home = "var"\nCOCKPIT_STORE = "chdb://s"\n')
    settings = load_settings({}, {}, folder=tmp_path)
    assert settings.home == tmp_path / "var"
    assert settings.store == f"chdb://{tmp_path / 's'}"


def test_the_file_beside_a_named_city_counts(tmp_path: Path) -> None:
    city = tmp_path / "city"
    city.mkdir()
    (city / "cockpit.toml").write_text("port = 99\n")
    assert load_settings({"city": city}, {}, folder=tmp_path).port == 99


def test_the_home_remembers_its_city(tmp_path: Path) -> None:
    (tmp_path / "city.txt").write_text("/somewhere/else\n")
    settings = load_settings({"home": tmp_path}, {}, folder=tmp_path)
    assert settings.city == "/somewhere/else"
    assert settings.inbox.name == "else"
    assert load_settings({"home": tmp_path, "city": "x"}, {}, folder=tmp_path).city == "x"


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("prot = 1", "cockpit.toml:1: unknown setting 'prot'. Did you mean 'port'?"),
        ("\nport = 'x'", "'x' is no value for port. Allowed: a whole number from 0 to 65535."),
        ("port = [1]", "cockpit.toml:1: 'port' must be a text or a number."),
        ("store = 'mysql://x'", "'mysql://x' is no value for store. Allowed: chdb://folder"),
        ("now = 'soon'", "'soon' is no value for now. Allowed: a time such as 2026-11-20T10:00"),
        ("lang = 'fr'", "'fr' is no value for lang. Allowed: zh or en."),
        ("= 1", "this is not TOML"),
    ],
)
def test_a_wrong_file_is_told_so(tmp_path: Path, written: str, sentence: str) -> None:
    (tmp_path / "cockpit.toml").write_text(written)
    with pytest.raises((ConfigError, UnknownName)) as caught:
        load_settings({}, {}, folder=tmp_path)
    assert sentence in caught.value.sentence
    assert "cockpit.toml" in caught.value.where


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(ConfigError, match="environment COCKPIT_THREADS: 'many' is no value"):
        load_settings({}, {"COCKPIT_THREADS": "many"})


def test_unknown_variables_are_noticed_with_the_near_name() -> None:
    settings = load_settings({}, {"COCKPIT_PROT": "1", "COCKPIT_DEBUG": "1", "OTHER": "x"})
    assert settings.unknown == ("COCKPIT_PROT: no such setting. Did you mean 'COCKPIT_PORT'?",)


def test_the_secret_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    settings = load_settings({"home": tmp_path / "home"}, {})
    first = settings.secret_key()
    assert len(first) == 64
    assert settings.secret_key() == first
    mode = stat.S_IMODE((tmp_path / "home" / "secret").stat().st_mode)
    assert mode == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secret"]
    assert load_settings({"secret": "abc"}, {}).secret_key() == b"abc"


def test_nothing_secret_is_shown() -> None:
    said = {"COCKPIT_SECRET": "hush", "COCKPIT_STORE": "clickhouse://me:hush@db:8123/x"}
    shown = load_settings({}, said).shown()
    assert [name for name, _, _ in shown] == [one.variable for one in SETTINGS]
    assert "hush" not in str(shown)
    assert without_password("clickhouse://db/x") == "clickhouse://db/x"


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["gunicorn", "-w", "4", "cockpit.wsgi:create()"], {}),
        (["gunicorn", "--workers=2"], {}),
        (["gunicorn", "-w1", "--preload"], {}),
        (["gunicorn"], {"WEB_CONCURRENCY": "3"}),
        (["gunicorn"], {"GUNICORN_CMD_ARGS": "--workers 3"}),
    ],
)
def test_an_embedded_store_refuses_several_workers(
    arguments: list[str], environment: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match="the store is embedded"):
        refuse_several_workers(load_settings({}, {}), arguments, environment)
    server = load_settings({"store": "clickhouse://db/x"}, {})
    refuse_several_workers(server, arguments, environment)


def test_one_worker_with_threads_is_welcome() -> None:
    arguments = ["gunicorn", "-w", "1", "-k", "gthread", "--threads", "16"]
    refuse_several_workers(load_settings({}, {}), arguments, {})
