from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adapters.work import small_jobs
from alvh.adapters.errors import UserError
from alvh.adapters.work import Job, LocalPool, Outcome, Shelf

SOAK = bool(os.environ.get("ALVH_SOAK"))
KILLS = 30 if SOAK else 5
"""Moments at which a worker or the coordinator is killed; 20 are asked for, and the heavy form does more."""
UNGUARDED = "import sys; from adapters.work import small_jobs; small_jobs.main(*sys.argv[1:])"
"""A script that does its work as it is read, without a guard: workers must not read it again."""
TESTS = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_has_one_outcome_and_what_was_done_is_not_done_again(tmp_path, workers):
    path = tmp_path / "s.sqlite"
    jobs = [Job(f"k{x}", f"{x} squared", ("square", x)) for x in range(6)]
    made = list(LocalPool(workers, small_jobs.prepare, (1,), path).run(jobs[:4]))
    assert {one.key: (one.ok, one.attempts, one.cached) for one in made} == {
        f"k{x}": (True, 1, False) for x in range(4)
    }
    again = list(LocalPool(workers, small_jobs.prepare, (1,), path).run(jobs))
    assert [one.key for one in again if one.cached] == ["k0", "k1", "k2", "k3"]
    assert sorted(one.key for one in again if not one.cached) == ["k4", "k5"]
    with Shelf(path) as shelf:
        assert [shelf.get(job.key)[0]["answer"] for job in jobs] == [1, 2, 5, 10, 17, 26]
        once_each(shelf, {job.key for job in jobs})
        here = {entry.process for entry in shelf.log()} == {os.getpid()}
        assert here is (workers == 1), "one worker is this process, more are processes of their own"


@pytest.mark.parametrize("workers", [1, 2])
def test_jobs_with_one_key_are_done_once(tmp_path, workers):
    jobs = [Job("k", "base", ("square", 3)), Job("bad", "one", ("raise", "x")), Job("k", "the same", ("square", 3))]
    jobs.append(Job("bad", "two", ("raise", "x")))
    made = {one.label: one for one in LocalPool(workers, small_jobs.prepare, (0,), tmp_path / "s.sqlite").run(jobs)}
    assert {label: (one.ok, one.cached) for label, one in made.items()} == {
        "base": (True, False), "the same": (True, True), "one": (False, False), "two": (False, False),
    }  # fmt: skip
    with Shelf(tmp_path / "s.sqlite") as shelf:
        assert sum(entry.event == "started" for entry in shelf.log()) == 2


def test_what_fails_stops_no_other_and_is_tried_again_by_the_next_run(tmp_path):
    path, trace = tmp_path / "s.sqlite", tmp_path / "died"
    jobs = [
        Job("poison", "kills its worker", ("die", "")),
        Job("raises", "raises", ("raise", "no smile fits")),
        Job("refuses", "refuses", ("refuse", "the window is empty")),
        Job("unlucky", "killed once", ("die_once", str(trace))),
        *(Job(f"k{x}", "fine", ("square", x)) for x in range(5)),
    ]
    made = {one.key: one for one in LocalPool(2, small_jobs.prepare, (0,), path).run(jobs)}
    assert len(made) == len(jobs)
    assert {key for key, one in made.items() if one.ok} == {"unlucky", *(f"k{x}" for x in range(5))}
    assert made["unlucky"].attempts == 2
    assert made["poison"].attempts == 3
    assert made["poison"].error == "poisoned: its worker died 3 times, the last time by SIGKILL"
    assert made["refuses"].error == "the window is empty"
    assert made["raises"].error.startswith("ValueError: no smile fits")
    with Shelf(path) as shelf:
        assert {key: one.attempts for key, one in shelf.failures().items()} == {"poison": 3, "raises": 1, "refuses": 1}
    again = list(LocalPool(1, small_jobs.prepare, (0,), path).run(jobs[1:]))
    assert [one.key for one in again if not one.cached] == ["raises", "refuses"]


def test_a_preparation_that_cannot_be_is_told_at_once(tmp_path):
    jobs = [Job("k", "k", ("square", 1)), Job("l", "l", ("square", 2))]
    for workers in (1, 2):
        with pytest.raises(UserError, match="the store is empty"):
            list(LocalPool(workers, small_jobs.prepare_refused, (), tmp_path / "s.sqlite").run(jobs))
    with pytest.raises(RuntimeError, match="a bug"):
        list(LocalPool(2, small_jobs.prepare_broken, (), tmp_path / "s.sqlite").run(jobs))
    with pytest.raises(ValueError, match="at least one worker"):
        LocalPool(0, small_jobs.prepare, (0,), tmp_path / "s.sqlite")


def test_workers_that_never_get_ready_are_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("alvh.adapters.work.pool.STILLBORN", 3)
    pool = LocalPool(2, small_jobs.prepare_killed, (), tmp_path / "s.sqlite")
    with pytest.raises(RuntimeError, match="3 workers in a row died before they were ready, the last by SIGKILL"):
        list(pool.run([Job("k", "k", ("square", 1)), Job("l", "l", ("square", 2))]))


def test_a_script_without_a_guard_is_not_run_again_by_its_workers(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"print('read', flush=True)\n{UNGUARDED}\n")
    search = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])
    command = [sys.executable, str(script), str(tmp_path / "s.sqlite"), "2", "2", "1"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": search}, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, sorted(done.stdout.split())) == (0, ["key-0", "key-1", "read"]), done.stderr


def test_leaving_early_stops_the_workers_and_keeps_what_they_did(tmp_path):
    path = tmp_path / "s.sqlite"
    made = LocalPool(2, small_jobs.prepare, (0,), path).run(small_jobs.naps(50, 20))
    first = next(made)
    assert isinstance(first, Outcome)
    made.close()
    with Shelf(path) as shelf:
        assert shelf.has(first.key)
        workers = {entry.process for entry in shelf.log()}
        assert sum(entry.event == "finished" for entry in shelf.log()) < 50
    assert not any(alive(pid) for pid in workers)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_ctrl_c_stops_everything_and_keeps_what_was_finished(tmp_path):
    path = tmp_path / "s.sqlite"
    started = coordinator(path, count=200, own_group=True)
    assert started.stdout is not None
    key = started.stdout.readline().split()[0]
    os.killpg(started.pid, signal.SIGINT)
    _, said = started.communicate(timeout=30)
    assert started.returncode != 0
    assert said.count("Traceback") == 1, "only the coordinator says that it was interrupted"
    with Shelf(path) as shelf:
        assert shelf.has(key)
        assert not any(alive(entry.process) for entry in shelf.log())


@pytest.mark.skipif(sys.platform == "win32", reason="processes are watched as POSIX has them")
@pytest.mark.parametrize("seed", range(3 if SOAK else 1))
def test_killing_anyone_at_any_moment_loses_nothing_and_repeats_nothing(tmp_path, seed):
    """Kill workers and the coordinator at random moments, then finish: each job was finished exactly once."""
    path, rng, count = tmp_path / "s.sqlite", random.Random(seed), 60
    victims = ["worker", "worker", "worker", "coordinator", "coordinator"] * (KILLS // 5)
    rng.shuffle(victims)
    running = coordinator(path, count)
    seen: set[str] = set()
    for victim in victims:
        pause = rng.uniform(0.0, 0.2 if victim == "worker" else 0.8)
        time.sleep(pause)
        if running.poll() is not None or (victim == "worker" and not until_workers(running, tmp_path)):
            # It was through before anyone could be killed: more jobs, on the same shelf.
            count += 60
            running = coordinator(path, count)
            until_workers(running, tmp_path)
        before = finished(path)
        assert seen <= before, "a finished result is lost"
        seen = before
        workers = workers_of(running.pid, tmp_path)
        if victim == "worker" and workers:
            kill(rng.choice(workers))
        else:
            kill(running.pid)
            running.communicate()
            until(lambda workers=workers: not any(alive(pid) for pid in workers), "workers outlive their coordinator")
            running = coordinator(path, count)
    said, complaints = running.communicate(timeout=300)
    assert running.returncode == 0, complaints
    assert len(said.splitlines()) == count
    keys = {job.key for job in small_jobs.naps(count, 20)}
    with Shelf(path) as shelf:
        assert seen <= keys == shelf.done(keys)
        assert shelf.failures() == {}
        once_each(shelf, keys)


def once_each(shelf, keys) -> None:
    """Every key was finished once, and not started again after that."""
    ends: dict[str, int] = {}
    for entry in shelf.log():
        assert entry.key not in ends, f"{entry.key} was {entry.event} after it was finished"
        if entry.event == "finished":
            ends[entry.key] = entry.process
    assert set(ends) == set(keys)


def coordinator(path: Path, count: int, own_group: bool = False) -> subprocess.Popen[str]:
    search = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])
    environment = {
        **os.environ,
        small_jobs.FOLDER: str(path.parent),
        "PYTHONPATH": search,
    }
    arguments = [sys.executable, "-c", UNGUARDED, str(path), "2", str(count), "20"]
    return subprocess.Popen(
        arguments,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=own_group,
    )


def finished(path: Path) -> set[str]:
    if not path.exists():
        return set()
    with Shelf(path) as shelf:
        return {entry.key for entry in shelf.log() if entry.event == "finished"}


def workers_of(parent: int, folder: Path) -> list[int]:
    """Return the worker processes of a coordinator that run (each leaves a file when it prepares)."""
    return [pid for path in folder.glob(f"{parent}-*") if alive(pid := int(path.name.partition("-")[2]))]


def until_workers(running: subprocess.Popen[str], folder: Path) -> bool:
    """Wait until a coordinator has a worker; False where it ends without."""
    while running.poll() is None:
        if workers_of(running.pid, folder):
            return True
        time.sleep(0.01)
    return False


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
        # The state stands after the name of the program, which is in brackets (proc(5)); macOS has no such file.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self/stat").exists()


def until(true, otherwise: str) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.05)
    pytest.fail(otherwise)
