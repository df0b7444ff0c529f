"""The trader's own book: cash to the cent, kept whole, replaced with the former one kept."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from alvh.accounting.book import Book, paid_cents
from alvh.accounting.matching import match
from alvh.accounting.packages import Held
from alvh.accounting.slots import Slot
from alvh.adapters import my_book
from alvh.adapters.brokers.format import Positions
from alvh.adapters.errors import UserError
from alvh.adapters.my_book import Saved, load, matched, read, save, slots_of
from alvh.policies.policy import parse_policy, preset
from alvh.values import Contract

TODAY = dt.date(2025, 11, 20)
OPENED = dt.date(2025, 11, 3)
EXPIRY = dt.date(2025, 12, 19)
FILE = Path("export.csv")
POLICY = preset("alvh")


def rows() -> list[Held]:
    legs = ((6400.0, "P", -2, 40.5), (6335.0, "P", 2, 33.5), (7000.0, "C", -2, 20.25), (7065.0, "C", 2, 14.25))
    held = [Held(Contract("SPXW", EXPIRY, k, r), q, p, OPENED, line=n) for n, (k, r, q, p) in enumerate(legs, 2)]
    return [*held, Held(Contract("VIX", dt.date(2025, 12, 17), 20.0, "C"), 8, 2.1, OPENED, line=6)]


def made(found: list[Held] | None = None, *, cash: float | None = 100_000.0, as_of: dt.date = TODAY) -> Saved:
    return matched(Positions(rows() if found is None else found, cash), POLICY, FILE, "csv", as_of=as_of)


class Marks:
    """What a view knows of marks."""

    def __init__(self, marks: dict[str, float]) -> None:
        self.marks = marks

    def mark(self, contract: Contract) -> float:
        return self.marks[contract.root]


def test_the_layers_of_the_shipped_policy_hold_condors_and_calls() -> None:
    slots = {slot.name: slot for slot in slots_of(POLICY)}
    assert {name: slots[name].takes for name in ("condor", "L1", "L2", "L3")} == {
        "condor": "condors",
        "L1": "vix_calls",
        "L2": "vix_calls",
        "L3": "vix_calls",
    }
    assert slots["L1"][2:] == (25, 63, 21)
    assert slots["condor"].roll_dte == 21


def test_the_cash_of_the_book_is_the_cash_of_the_account() -> None:
    saved = made()
    # Credit 13.00 x 2 x 100 = 2,600 received, 8 calls at 2.10 paid: 1,680. Before them: 100,000 - 2,600 + 1,680.
    assert saved.start_cents == 9_908_000
    book = saved.book()
    assert book.cash_cents == 10_000_000
    (condor,), (sleeve,) = book.campaigns("condor"), book.campaigns("L1")
    assert (condor.opened, condor.credit_cents, condor.max_loss_cents) == (OPENED, 260_000, 1_040_000)
    assert [p.quantity for p in sleeve.positions.values()] == [8]


def test_a_future_counts_its_gain_once() -> None:
    # 3 VX bought at 20.10, now 19.40: the broker has taken 3 x 0.70 x 1,000 = 2,100 USD already. Marked at 19.40 the
    # account is still worth its 50,000 of cash.
    held = [Held(Contract("VX", dt.date(2025, 12, 17)), 3, 20.1, OPENED, mark=19.4, line=2)]
    slots = (Slot("vx", "vx_futures", 25, 63, 21),)
    (fill,) = match(held, slots, TODAY).fills
    book = Book(5_000_000 + paid_cents(fill.legs[0]))
    book.apply(fill)
    assert (book.start_cents, book.cash_cents) == (5_210_000, 5_000_000)
    assert book.equity_cents(Marks({"VX": 19.4})) == 5_000_000
    assert book.equity_cents(Marks({"VX": 20.4})) == 5_300_000
    unknown = match([replace(held[0], mark=math.nan)], slots, TODAY)
    assert unknown.odd == ("VX 2025-12-17: no mark in the file; variation margin already paid is counted again",)


def test_a_future_without_a_layer_names_its_line() -> None:
    held = [Held(Contract("VX", dt.date(2025, 12, 17)), 3, 20.1, OPENED, line=2)]
    with pytest.raises(UserError, match=r"line 2: .*the policy has no layer that holds long VX or VXM futures"):
        matched(Positions(held, 50_000.0), preset("442-contracts"), FILE, "csv", as_of=TODAY)


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    saved = made()
    assert save(tmp_path, saved) is None
    assert read(tmp_path) == saved
    assert load(tmp_path).cash_cents == saved.cash_cents
    assert load(tmp_path, POLICY).journal == list(saved.fills)


def test_a_second_import_of_the_same_changes_nothing(tmp_path: Path) -> None:
    save(tmp_path, made())
    before = (tmp_path / "book" / "mine.json").read_bytes()
    assert save(tmp_path, made()) is None
    assert (tmp_path / "book" / "mine.json").read_bytes() == before
    assert [path.name for path in (tmp_path / "book").iterdir()] == ["mine.json"]


def test_a_replaced_book_is_kept_under_its_day(tmp_path: Path) -> None:
    first, second, third = made(), made(cash=90_000.0), made(cash=80_000.0, as_of=dt.date(2025, 11, 21))
    save(tmp_path, first)
    assert save(tmp_path, second) == tmp_path / "book" / "former" / "2025-11-20.json"
    assert save(tmp_path, third) == tmp_path / "book" / "former" / "2025-11-20.2.json"
    assert read(tmp_path).cash_cents == 8_000_000
    former = json.loads((tmp_path / "book" / "former" / "2025-11-20.json").read_text())
    assert former["cash_cents"] == 10_000_000
    save(tmp_path, first)
    save(tmp_path, second)
    kept = sorted(path.name for path in (tmp_path / "book" / "former").iterdir())
    assert kept == ["2025-11-20.2.json", "2025-11-20.json", "2025-11-21.json"]


def test_a_write_that_fails_leaves_the_former_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, made())
    before = (tmp_path / "book" / "mine.json").read_bytes()

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match="cannot be written: No space left on device"):
        save(tmp_path, made(cash=1.0))
    assert (tmp_path / "book" / "mine.json").read_bytes() == before
    assert not list((tmp_path / "book").rglob(".*"))


def test_a_store_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("")
    with pytest.raises(UserError, match="cannot be made: "):
        save(tmp_path / "s", made())


def test_what_is_odd_is_told_for_the_day_it_is_asked() -> None:
    held = [replace(row, opened=None) if row.contract.root == "VIX" else row for row in rows()]
    saved = made(held)
    (unknown,) = saved.odd
    assert unknown.startswith("no opening date in the file: 2025-11-20 is taken for L1")
    # 27 days on 20 November, 17 on the 30th; the condor has 29 and 19.
    assert my_book.odd_on(saved, POLICY, TODAY) == (unknown,)
    assert set(my_book.odd_on(saved, POLICY, dt.date(2025, 11, 30))) == {
        unknown,
        "L1 roll missed, 17 DTE (rolls at 21): VIX 2025-12-17 20 C",
        "condor exit missed, 19 DTE (exits at 21): SPXW 2025-12-19 6400 P",
    }


def test_the_file_or_the_user_says_the_cash() -> None:
    with pytest.raises(UserError, match=r"export.csv: gives no cash balance; say it with --cash USD"):
        made(cash=None)
    told = matched(Positions(rows(), 5.0), POLICY, FILE, "csv", as_of=TODAY, cash_usd=7.25)
    assert told.cash_cents == 725


def test_other_symbols_are_refused_unless_left_out() -> None:
    found = Positions(rows(), 1.0, others=[("AAPL 19DEC25 200 C", 9)])
    with pytest.raises(
        UserError, match=r"line 9: 'AAPL 19DEC25 200 C' is no option or future on .*--leave AAPL leaves"
    ):
        matched(found, POLICY, FILE, "ibkr", as_of=TODAY)
    saved = matched(found, POLICY, FILE, "ibkr", as_of=TODAY, leave=("aapl", "VIX"))
    assert saved.left == ("AAPL 19DEC25 200 C", "VIX 2025-12-17 20 C")
    assert [fill.layer for fill in saved.fills] == ["condor"]
    # What is left out stays in the cash it was bought with.
    assert saved.book().cash_cents == 100


def test_an_unmatched_leg_names_its_line() -> None:
    with pytest.raises(UserError, match=r"export.csv, line 2: -2 SPXW 2025-12-19 6400 P: no iron condor can be made"):
        made(rows()[:3])


def test_an_expiry_without_a_session_is_a_misprint() -> None:
    sunday = [Held(Contract("VIX", dt.date(2025, 12, 7), 20.0, "C"), 8, 2.1, OPENED, line=2)]
    with pytest.raises(UserError, match="line 2: VIX 2025-12-07 20 C: the exchange has no session on 2025-12-07"):
        made(sunday)


def test_a_book_of_another_policy_is_refused(tmp_path: Path) -> None:
    save(tmp_path, made())
    other = preset("condor-only")
    with pytest.raises(UserError, match="belongs to layer 'L1' of policy 'alvh', which 'condor-only' lacks"):
        load(tmp_path, other)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', "not json"])
def test_a_damaged_book_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "mine.json").write_text(text)
    with pytest.raises(UserError, match="is no book that can be read"):
        load(tmp_path)


def test_no_book_yet(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no book of yours yet; bring one in: alvh book import ibkr FILE"):
        load(tmp_path)


def test_equity_is_cash_and_marks() -> None:
    book = made(rows()[4:]).book()
    # 100,000 of cash and 8 calls at 1.80: 1,440.
    assert book.equity_cents(Marks({"VIX": 1.8})) == 10_144_000


def test_a_policy_of_ones_own_is_matched_by_the_kinds_of_its_layers() -> None:
    own = parse_policy(POLICY.text, {"L1.roll_dte": 10})
    assert {slot.name: slot.roll_dte for slot in slots_of(own)}["L1"] == 10
