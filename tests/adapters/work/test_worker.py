from __future__ import annotations

import threading
from multiprocessing import Pipe

from adapters.work import small_jobs
from alvh.adapters.errors import UserError
from alvh.adapters.work import Job, Shelf, worker
from alvh.adapters.work.worker import Prepared, do, said


def test_what_is_done_is_on_the_shelf_before_it_is_answered_for(tmp_path):
    work = small_jobs.prepare(100)
    with Shelf(tmp_path / "s.sqlite") as shelf:
        first = do(shelf, work, Job("k", "seven", ("square", 7)), 1)
        assert (first.ok, first.error, first.cached) == (True, "", False)
        assert shelf.get("k") == ({"what": "square", "answer": 149}, b"('square', 7)")
        again = do(shelf, work, Job("k", "seven", ("raise", "it is not done again")), 1)
        assert (again.ok, again.cached, again.seconds) == (True, True, first.seconds)


def test_what_raises_is_a_sentence_on_the_shelf(tmp_path):
    with Shelf(tmp_path / "s.sqlite") as shelf:
        answer = do(shelf, small_jobs.prepare(0), Job("k", "bad", ("raise", "no VIX\nmore lines")), 2)
        assert not answer.ok
        assert answer.error.startswith("ValueError: no VIX (small_jobs.py, line ")
        failure = shelf.failures()["k"]
        assert (failure.label, failure.error, failure.attempts) == ("bad", answer.error, 2)


def test_a_users_mistake_is_said_as_it_is():
    assert said(UserError("the store is empty")) == "the store is empty"
    assert said(KeyError()) == "KeyError"


def spoken(prepare, tmp_path):
    """Return the first message of a worker that serves in a thread."""
    ours, theirs = Pipe()
    saved, worker.signal.signal = worker.signal.signal, lambda *_: None
    try:
        thread = threading.Thread(target=worker.serve, args=(theirs, prepare, (), tmp_path / "s.sqlite"))
        thread.start()
        message = ours.recv()
        ours.close()
        thread.join(10)
        assert not thread.is_alive(), "it ends when nobody listens any more"
    finally:
        worker.signal.signal = saved
    return message


def test_a_worker_says_how_its_preparation_went(tmp_path):
    assert spoken(lambda: small_jobs.prepare(0), tmp_path) == Prepared("ready", "")
    assert spoken(small_jobs.prepare_refused, tmp_path) == Prepared("refused", "the store is empty")
    broken = spoken(small_jobs.prepare_broken, tmp_path)
    assert broken.state == "broken"
    assert "KeyError: 'a bug'" in broken.why
