"""Loads that are cut off: by kill -9 at any instant, by a full disk, by another owner."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metrics.store import lock_file
from tests.support.feeds import CASE_HEADER, case_rows, revised, write_rows, write_specs
from tests.support.small_city import write_city

ROOT = Path(__file__).parents[2]
KILLS = 20


def start(*arguments):
    command = [sys.executable, "-m", "tests.support.load_once", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def said(process):
    """Return the next thing the process says, as word and rest."""
    word, _, rest = process.stdout.readline().strip().partition(" ")
    return word, rest


def finished(*arguments):
    """Run a load to its end and return what was said: before, after, problem."""
    process = start(*arguments)
    lines = dict(line.split(" ", 1) for line in process.communicate(timeout=120)[0].splitlines())
    return lines.get("open"), lines.get("done"), lines.get("failed")


def make_inboxes(tmp_path, number):
    """Return the city, an inbox to begin with and one that corrects it, with the first's rows."""
    city = write_city(tmp_path / "city")
    write_specs(city)
    cases = case_rows(number, seed=1)
    first, second = tmp_path / "first", tmp_path / "second"
    write_rows(first / "cases_1.csv", CASE_HEADER, cases[: number // 4])
    second.mkdir()
    shutil.copy(first / "cases_1.csv", second)
    write_rows(second / "cases_2.csv", CASE_HEADER, [*revised(cases, seed=2), *cases])
    return city, first, second


@pytest.mark.slow
def test_twenty_kills_at_any_instant_leave_the_tables_of_an_undisturbed_load(tmp_path):
    city, first, second = make_inboxes(tmp_path, 12_000)
    base = tmp_path / "base" / "db"
    assert finished(base, city, first)[2] is None

    calm = tmp_path / "calm"
    shutil.copytree(base.parent, calm, symlinks=True)
    process = start(calm / "db", city, second)
    word, before = said(process)
    begin = time.perf_counter()
    assert word == "open"
    word, after = said(process)
    seconds = time.perf_counter() - begin
    process.communicate(timeout=60)
    assert word == "done"
    assert after != before

    rng = random.Random(11)
    cut_off = 0
    for kill in range(KILLS):
        folder = tmp_path / f"kill_{kill}"
        shutil.copytree(base.parent, folder, symlinks=True)
        process = start(folder / "db", city, second)
        assert said(process) == ("open", before)
        time.sleep(seconds * (kill + rng.random()) / KILLS)
        process.kill()
        process.communicate()
        found, ended, problem = finished(folder / "db", city, second)
        assert problem is None
        assert found in (before, after), "a batch is visible whole or not at all"
        assert ended == after, f"kill {kill} left other tables"
        cut_off += found == before
        shutil.rmtree(folder)
    assert cut_off >= KILLS // 2  # most kills came before the commit


def test_a_store_held_by_another_process_names_its_owner(tmp_path):
    city, first, _ = make_inboxes(tmp_path, 40)
    owner = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from metrics.store import Store; s = Store(sys.argv[1]);"
         "print('held', flush=True); sys.stdin.read()", f"chdb://{tmp_path / 'db'}"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert owner.stdout.readline() == "held\n"
        _, done, problem = finished(tmp_path / "db", city, first)
        assert done is None
        assert "is open in another process" in problem
        assert f"pid {owner.pid}" in problem
        assert "inbox" in problem
    finally:
        owner.communicate("", timeout=30)
    assert finished(tmp_path / "db", city, first)[2] is None
    assert lock_file(f"chdb://{tmp_path / 'db'}").exists()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own that can be filled; needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_is_a_sentence_publishes_nothing_and_can_be_mended(tmp_path, small_disk):
    city, first, second = make_inboxes(tmp_path, 12_000)
    store = small_disk / "db"
    assert finished(store, city, first)[2] is None
    ballast = small_disk / "ballast"
    free = shutil.disk_usage(small_disk).free
    ballast.write_bytes(b"\0" * (free - 200_000))
    before, after, problem = finished(store, city, second)
    assert before == after, "nothing may be published"
    assert problem is not None
    assert "StoreError" in problem
    assert "the disk under the store is full" in problem
    assert "Free some space and run the same command again" in problem
    ballast.unlink()
    _, mended, problem = finished(store, city, second)
    assert problem is None
    assert finished(tmp_path / "calm", city, first)[2] is None
    _, calm, _ = finished(tmp_path / "calm", city, second)
    assert mended == calm
