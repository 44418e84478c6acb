"""Loads that are cut off: by kill -9 at any instant, by a full disk, by another owner."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from etl.ahead import BACKLOG_BYTES
from metrics.store import lock_file
from tests.support.feeds import CASE_HEADER, case_rows, revised, write_rows, write_specs
from tests.support.small_city import write_city

ROOT = Path(__file__).parents[2]
KILLS, TOGETHER, CORES = 50, 8, 2


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
    with (city / "city.yaml").open("a", encoding="utf-8") as file:
        file.write("cases: {repeat: {rules: [text]}}\n")  # lines are restated by other rows too
    with (city / "sources" / "hotline.yaml").open("a", encoding="utf-8") as file:
        file.write("  title: 类别\n")
    cases = case_rows(number, seed=1)
    first, second = tmp_path / "first", tmp_path / "second"
    write_rows(first / "cases_1.csv", CASE_HEADER, cases[: number // 4])
    second.mkdir()
    shutil.copy(first / "cases_1.csv", second)
    write_rows(second / "cases_2.csv", CASE_HEADER, [*revised(cases, seed=2), *cases])
    return city, first, second


class Nursery:
    """Starts loads without importing everything for each: fifty would take minutes."""

    def __init__(self):
        command = [sys.executable, "-m", "tests.support.nursery"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.child = 0

    def start(self, *arguments):
        """Begin a load and return what it finds."""
        self.process.stdin.write(" ".join(map(str, arguments)) + "\n")
        self.process.stdin.flush()
        heard = dict([said(self.process), said(self.process)])  # in any order
        self.child = int(heard["pid"])
        return heard["open"]

    def end(self):
        """Wait for the load and return what it says at its end."""
        heard = []
        while not heard or heard[-1][0] != "ended":
            heard.append(said(self.process))
        return dict(heard)

    def kill(self):
        with suppress(ProcessLookupError):  # it came to its end a moment before
            os.kill(self.child, signal.SIGKILL)
        return self.end()

    def close(self):
        self.process.communicate("", timeout=60)


def kill_again_and_again(folder, base, city, inbox, moments, states):
    """Cut a load off at each of the moments, and tell how many were cut off before the commit.

    What one load leaves behind the next one finds: the store is only made anew when a load came
    to its end.
    """
    before, after = states
    cut_off, debris = 0, 0
    shutil.copytree(base.parent, folder, symlinks=True)
    nursery = Nursery()
    for number, moment in enumerate(moments, 1):
        found = nursery.start(folder / "db", city, inbox)
        assert found in states, "a batch is visible whole or not at all"
        time.sleep(moment)
        nursery.kill()
        cut_off += found == before
        debris += 1
        if found == after or debris == TOGETHER or number == len(moments):
            assert nursery.start(folder / "db", city, inbox) in states
            heard = nursery.end()
            assert "failed" not in heard, heard["failed"]
            assert heard["done"] == after, f"{debris} kills, the last at {moment:.3f} s"
            shutil.rmtree(folder)
            shutil.copytree(base.parent, folder, symlinks=True)
            debris = 0
    nursery.close()
    return cut_off


@pytest.mark.slow
def test_fifty_kills_at_any_instant_leave_the_tables_of_an_undisturbed_load(tmp_path):
    city, first, second = make_inboxes(tmp_path, 3_000)
    base = tmp_path / "base" / "db"
    assert finished(base, city, first)[2] is None

    calm = tmp_path / "calm"
    shutil.copytree(base.parent, calm, symlinks=True)
    nursery = Nursery()
    before = nursery.start(calm / "db", city, second)
    begin = time.perf_counter()
    after = nursery.end()["done"]
    seconds = time.perf_counter() - begin
    nursery.close()
    assert after != before

    rng = random.Random(11)
    moments = [seconds * (kill + rng.random()) / KILLS for kill in range(KILLS)]
    rng.shuffle(moments)
    with ThreadPoolExecutor(CORES) as pool:  # each kills processes of its own, on its own store
        halves = [
            pool.submit(
                kill_again_and_again, tmp_path / f"kill_{core}", base, city, second,
                moments[core::CORES], (before, after),
            )
            for core in range(CORES)
        ]  # fmt: skip
        cut_off = sum(half.result() for half in halves)
    assert cut_off >= KILLS // 2  # most kills came before the commit


@pytest.mark.slow
def test_a_kill_between_two_pieces_of_a_file_leaves_nothing_of_it(tmp_path):
    city, first, second = make_inboxes(tmp_path, 1_000)
    base, store = tmp_path / "base" / "db", tmp_path / "killed" / "db"
    before = finished(base, city, first)[1]
    shutil.copytree(base.parent, store.parent, symlinks=True)
    after = finished(base, city, second)[1]
    process = start(store, city, second, BACKLOG_BYTES, 200)
    assert said(process) == ("open", before)
    assert {said(process)[0] for _ in range(4)} == {"rows"}
    process.kill()
    process.communicate()
    found, ended, problem = finished(store, city, second)
    assert (found, problem) == (before, None)
    assert ended == after, "the pieces left behind are swept, and the file is loaded whole"


def children(pid):
    """Return the processes a process has started."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def is_alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def until(is_so, seconds):
    """Wait for something and tell whether it came."""
    end = time.perf_counter() + seconds
    while not (found := is_so()) and time.perf_counter() < end:
        time.sleep(0.01)
    return bool(found)


@pytest.mark.slow
def test_a_reading_process_ends_with_the_load_that_is_killed(tmp_path):
    city, _, second = make_inboxes(tmp_path, 3_000)
    for number in range(3):  # a handful of files would be read by a thread
        few = case_rows(3_000, seed=1)[number::1_000]
        write_rows(second / f"cases_0{number}.csv", CASE_HEADER, few)
    _, calm, problem = finished(tmp_path / "calm", city, second)
    assert problem is None
    process = start(tmp_path / "db", city, second, 0)
    assert said(process)[0] == "open"
    assert until(lambda: len(children(process.pid)) >= 2, 10), "the reader and what tracks it"
    readers = children(process.pid)
    time.sleep(0.5)  # it is importing, or has begun to read
    process.kill()
    process.communicate()
    assert until(lambda: not any(map(is_alive, readers)), 15), "it reads for nobody"
    found, ended, problem = finished(tmp_path / "db", city, second, 0)
    assert problem is None
    assert "fact_case=0:0" in found, "nothing of a file was visible"
    assert ended == calm


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
