"""All joint moves a store knows up to a date, whatever an evening's history begins with: stress replays 2008."""

from __future__ import annotations

import datetime as dt

from alvh.adapters.load import BEGINNING
from alvh.adapters.store import Store
from alvh.decision.stress import PastMoves
from alvh.diagnosis.scenarios import joint_moves
from alvh.market.history import build_history

COLUMNS = ("date", "symbol", "close", "source")
SERIES = (("underlyings", "SPX"), ("vol_indices", "VVIX"))


def past_moves(store: Store, date: dt.date) -> PastMoves:
    """Return the joint moves of every session up to `date`, from as far back as VX futures exist.

    Only three series are read, so that an evening need not load its whole history. The store holds SPX closes by then.
    """
    frames = {
        name: store.read(name, columns=COLUMNS, since=BEGINNING, until=date, symbol=symbol) for name, symbol in SERIES
    }
    frames["vx_futures"] = store.read("vx_futures", since=BEGINNING, until=date)
    history = build_history(frames, last=date)
    return PastMoves(history.dates, joint_moves(history))
