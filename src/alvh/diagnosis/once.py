"""An indicator that reads another one: computed once for a history, whoever asks first."""

from __future__ import annotations

from collections.abc import Callable

from alvh.market.history import History
from alvh.values import Floats


def once(history: History, prepare: Callable[[History, str], Floats], name: str) -> Floats:
    """Return ``prepare(history, name)``, kept under the indicator's own name, where views look it up, too."""
    return history.derive(name, lambda whole: prepare(whole, name))
