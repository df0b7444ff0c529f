"""The standing plan on fresh quotes: what is solved again, refused and written, and that nothing is sent."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from pathlib import Path

import pytest

from adapters.cli_desk import AXIS, Said, fill_store, say
from adapters.fresh_quotes import write_delayed
from adapters.loopback import Reply, publishing
from alvh.adapters.errors import UserError
from alvh.adapters.store import Store
from alvh.adapters.ticket import check_age, lots_within, moved, parts_of, plan_void, read_quotes
from alvh.adapters.tonight import Asked, evening
from alvh.values import Contract, Leg, Missing, Order

DAYS = [day.item() for day in AXIS]
PLANNED = [b for a, b in itertools.pairwise(DAYS) if b.weekday() < a.weekday()][-1]
"""The last Monday of the tiny market: a condor is opened."""
NEXT = DAYS[DAYS.index(PLANNED) + 1]
TAKEN = dt.datetime.combine(NEXT, dt.time(15, 30))
NOW = f"{NEXT}T15:40"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("ticket"), chains=False)


@pytest.fixture(scope="module")
def fresh(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_delayed(store, tmp_path_factory.mktemp("fresh"), NEXT, TAKEN)


def ticket(store: Path, quotes: object, out: Path, *args: object) -> Said:
    return say("ticket", "--store", store, "--quotes", quotes, "--date", PLANNED, "--now", NOW, "--out", out, *args)


def test_the_plan_is_solved_again_and_written(store: Path, fresh: Path, tmp_path: Path) -> None:
    standing = say("today", "--store", store, "--date", PLANNED, "--json").json
    told = ticket(store, fresh, tmp_path, "--json")
    made = told.json
    assert made["sent"] is False
    assert made["age_minutes"] == 10.0
    condor = next(p for p in made["packages"] if p["layer"] == "condor")
    assert len(condor["legs"]) == 4
    assert all(len(p["legs"]) <= 4 for p in made["packages"])
    assert condor["legs"][0]["contract"]["expiry"] == standing["condors"][0]["expiry"], "the expiry stays decided"
    assert condor["lots"] <= standing["condors"][0]["lots"]
    width = max(
        condor["legs"][0]["contract"]["strike"] - condor["legs"][1]["contract"]["strike"],
        condor["legs"][3]["contract"]["strike"] - condor["legs"][2]["contract"]["strike"],
    )
    decided = standing["plan"]["orders"][0]
    at_risk = (width - condor["prices"]["limit"]) * 100 * condor["lots"]
    assert at_risk <= decided["max_loss_usd_per_lot"] * decided["lots"] + 1e-6
    if made["void"] or not any(not p["void"] for p in made["packages"]):
        assert told.code == 1
        assert made["files"] == []
    else:
        assert told.code == 0
        names = sorted(Path(path).name for path in made["files"])
        assert [re.sub(r"\d{8}-\d{4}", "WHEN", name) for name in names] == [
            "alvh-alvh-WHEN-ibkr.csv", "alvh-alvh-WHEN-thinkorswim.txt",
        ]  # fmt: skip
        lines = (tmp_path / names[1]).read_text().splitlines()
        assert len(lines) == sum(not p["void"] for p in made["packages"])
        assert any(line.startswith("SELL -") and "IRON CONDOR SPX 100" in line for line in lines)


def test_it_says_that_it_sends_nothing(store: Path, fresh: Path, tmp_path: Path) -> None:
    told = ticket(store, fresh, tmp_path)
    assert "Nothing was sent" in told.out
    assert "10 minutes old" in told.out


def test_a_ticket_written_beside_its_quotes_is_not_read_as_quotes(store: Path, tmp_path: Path) -> None:
    write_delayed(store, tmp_path, NEXT, TAKEN)
    (tmp_path / "alvh-alvh-20240806-1530-ibkr.csv").write_text("Action,Quantity\n")
    assert ticket(store, tmp_path, tmp_path, "--json").code in {0, 1}


def test_files_may_be_named_one_by_one(store: Path, fresh: Path, tmp_path: Path) -> None:
    told = ticket(store, fresh / "_SPX.json", tmp_path, "--quotes", fresh / "_VIX.json", "--json")
    assert [p["layer"] for p in told.json["packages"]] == [
        p["layer"] for p in ticket(store, fresh, tmp_path, "--json").json["packages"]
    ]
    only = ticket(store, fresh / "_SPX.json", tmp_path, "--json").json
    assert {p["layer"] for p in only["packages"]} == {"condor"}
    assert any("VIX" in why for why in only["dropped"]), "an order without quotes is listed"


@pytest.mark.parametrize(
    ("now", "words"), [(f"{NEXT}T15:51", "21 minutes old; 20 are allowed"), (f"{NEXT}T15:20", "ahead")]
)
def test_old_quotes_and_quotes_of_the_future_are_refused(
    store: Path, fresh: Path, tmp_path: Path, now: str, words: str
) -> None:
    told = say("ticket", "--store", store, "--quotes", fresh, "--date", PLANNED, "--now", now, "--out", tmp_path)
    assert told.code == 2
    assert words in told.sentence
    assert list(tmp_path.iterdir()) == []


def test_twenty_minutes_are_fresh_enough(fresh: Path) -> None:
    check_age(fresh, TAKEN, TAKEN + dt.timedelta(minutes=20))
    with pytest.raises(UserError, match="20 are allowed"):
        check_age(fresh, TAKEN, TAKEN + dt.timedelta(minutes=20, seconds=1))
    told = read_quotes([fresh], TAKEN)
    assert set(told.rows) == {"SPX", "VIX"}
    assert told.taken == TAKEN


class Away:
    """A view on which SPX stands elsewhere."""

    def __init__(self, level: float) -> None:
        self.level = level

    def spot(self, underlying: str) -> float:
        return self.level


def test_an_index_that_ran_away_voids_the_plan(store: Path) -> None:
    facts = evening(Store(store), Asked(date=PLANNED)).facts
    spot, edr = facts.view.spot("SPX"), facts.readings.value("edr")
    (why,) = plan_void(facts, Away(spot * 1.04))  # type: ignore[arg-type]
    assert why.startswith("SPX moved 4.00 %")
    quarter = 0.25 * edr / 100.0
    assert plan_void(facts, Away(spot * (1.0 - 0.99 * quarter))) == []  # type: ignore[arg-type]
    assert plan_void(facts, Away(spot * (1.0 - 1.01 * quarter))) != []  # type: ignore[arg-type]


def test_bad_files_are_one_sentence(store: Path, tmp_path: Path) -> None:
    told = ticket(store, tmp_path / "nothing.json", tmp_path)
    assert (told.code, "does not exist" in told.sentence) == (2, True)
    (tmp_path / "text.csv").write_text("a,b\n1,2\n")
    told = ticket(store, tmp_path / "text.csv", tmp_path)
    assert (told.code, "is neither of" in told.sentence) == (2, True)
    told = ticket(store, "delayed", tmp_path, "--quotes", tmp_path / "text.csv")
    assert (told.code, "stands alone" in told.sentence) == (2, True)
    told = say("ticket", "--store", store, "--quotes", tmp_path, "--out", tmp_path / "no")
    assert (told.code, "no such folder" in told.sentence) == (2, True)
    told = say("ticket", "--store", store, "--quotes", tmp_path, "--now", "noon")
    assert (told.code, "is not a time" in told.sentence) == (2, True)


def test_lots_never_risk_more_than_the_plan() -> None:
    order = Order("condor", "c", "open", (), 24, "", max_loss_usd_per_lot=3_705.0)
    assert lots_within(order, 3_705.0) == 24
    assert lots_within(order, 3_785.0) == 23, "24 x 3,705 = 88,920 = 23.49 x 3,785"
    assert lots_within(order, 100_000.0) == 0
    assert lots_within(order, 1_000.0) == 24, "never more than was decided"


def test_more_than_four_legs_are_parted_by_expiry() -> None:
    near, far = dt.date(2024, 9, 18), dt.date(2024, 10, 16)
    legs = tuple(Leg(Contract("SPX", day, k, "P"), 1) for day in (far, near) for k in (1.0, 2.0, 3.0))
    parts = parts_of(Order("x", "x", "roll", legs, 1, ""))
    assert [len(part) for part in parts if not isinstance(part, Missing)] == [3, 3]
    assert {leg.contract.expiry for leg in parts[0]} == {near}  # type: ignore[union-attr]
    four = Order("x", "x", "roll", legs[:4], 1, "")
    assert parts_of(four) == [legs[:4]]
    assert moved(legs[:1], legs[1:2]) == "1 P -> 2"
    assert moved(legs[:1], legs[:2]) == ""


def test_delayed_quotes_come_over_the_network_and_leave_the_store_alone(
    store: Path, fresh: Path, tmp_path: Path
) -> None:
    before = sorted((path.name, path.stat().st_mtime_ns) for path in store.rglob("*") if path.is_file())
    replies = {
        f"/api/global/delayed_quotes/options/_{symbol}.json": Reply(200, (fresh / f"_{symbol}.json").read_bytes())
        for symbol in ("SPX", "VIX")
    }
    with publishing(replies) as server:
        told = ticket(store, "delayed", tmp_path, "--base-url", server.url, "--json")
    assert told.code in (0, 1), told.err
    assert told.json["packages"]
    assert sorted((path.name, path.stat().st_mtime_ns) for path in store.rglob("*") if path.is_file()) == before
