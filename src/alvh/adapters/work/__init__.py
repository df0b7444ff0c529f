"""Many runs, several at a time: what a run is (`Job`), who does it (`Pool`), and where results are kept (`Shelf`)."""

from __future__ import annotations

from alvh.adapters.work.pool import LocalPool, cores
from alvh.adapters.work.shelf import Shelf
from alvh.adapters.work.task import Job, Outcome, Pool, Work, task_key

__all__ = ["Job", "LocalPool", "Outcome", "Pool", "Shelf", "Work", "cores", "task_key"]
