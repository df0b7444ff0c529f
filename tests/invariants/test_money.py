"""Money balances, to the cent, on every day of every run: random policies on random markets full of holes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
from hypothesis import given

from alvh.accounting.book import Book, Interest, Settlement, value_cents
from alvh.accounting.ledger import balances, ledger_equity_cents, stale_and_modelled
from alvh.conventions import last_trading_session
from alvh.day import Run
from alvh.evidence.account import account
from alvh.values import Fill, Phase
from invariants.worlds import NAV_CENTS, World, chain_worlds, examples, modelled_worlds


class Witness:
    """A rule that restrains nothing and writes down what the book says it is worth at each close."""

    name = "witness"
    needs = rules = after = ()
    params = None

    def __init__(self) -> None:
        self.equity: dict[int, int] = {}
        self.cash: dict[int, int] = {}
        self.held: dict[int, Counter] = {}

    def restrain(self, view, readings, book: Book, draft) -> None:
        self.equity[view.i] = book.equity_cents(view)
        self.cash[view.i] = book.cash_cents
        layers = (*draft.condors, *draft.hedges)
        self.held[view.i] = Counter(
            {
                (layer, campaign.name, contract): position.quantity
                for layer in layers
                for campaign in book.campaigns(layer)
                for contract, position in campaign.positions.items()
            }
        )


def check(run: Run) -> None:
    """Assert every identity of a run."""
    ledger, n = run.ledger, run.ledger.sessions
    postings = ledger.postings()
    equity = ledger.equity_cents()
    assert not balances(postings, n).any()
    assert (ledger_equity_cents(postings, n) == equity).all()
    pnl = ledger.pnl_cents()
    assert (pnl.sum(axis=0) == np.diff(equity, prepend=NAV_CENTS)).all()
    check_statement(run, pnl)
    check_journal(run)


def check_statement(run: Run, pnl) -> None:
    """Assert that layers, campaigns and attribution say the same as the ledger."""
    statement = account(run, {})
    equity = np.round(statement.equity_usd * 100.0).astype(np.int64)
    assert (equity == run.ledger.equity_cents()).all()
    by_layer: dict[str, int] = defaultdict(int)
    for line in statement.campaigns:
        by_layer[line.layer] += round(line.pnl_usd * 100.0)
    for row, layer in enumerate(statement.layers):
        if layer != "cash":
            assert by_layer[layer] == pnl[row].sum()
        terms = statement.attribution_usd[layer]
        assert all(np.isfinite(values).all() for values in terms.values())
        assert np.abs(sum(terms.values()) - pnl[row] / 100.0).max() <= 0.005
    assert (statement.margin_usd >= 0.0).all()
    total, modelled, stale = stale_and_modelled(run.ledger.legs)
    assert (statement.leg_marks, statement.modelled_leg_marks, statement.stale_leg_marks) == (total, modelled, stale)
    assert 0 <= modelled <= total
    assert 0 <= stale <= total
    assert all(skip.why and skip.layer for skip in statement.skips)


def check_journal(run: Run) -> None:
    """Assert that the journal is in order, folds to what is held, and settles each position once."""
    journal = run.book.journal
    assert [entry.session for entry in journal] == sorted(entry.session for entry in journal)
    held: Counter = Counter()
    cash = NAV_CENTS
    for entry in journal:
        if isinstance(entry, Interest):
            cash += entry.cash_cents
        elif isinstance(entry, Settlement):
            assert held.pop((entry.layer, entry.campaign, entry.contract)) == entry.quantity
            assert entry.quantity * entry.intrinsic_points >= 0.0 or entry.quantity < 0
            cash += entry.cash_cents - entry.fee_cents
        else:
            assert isinstance(entry, Fill)
            for leg in entry.legs:
                key = entry.layer, entry.campaign, leg.contract
                held[key] += leg.quantity
                if not held[key]:
                    del held[key]
                cash -= value_cents(leg.contract, leg.quantity, leg.price) + leg.fee_cents
                assert leg.price >= 0.0
                assert (leg.price - leg.mid) * leg.quantity >= -1e-9
                assert entry.session <= last_trading_session(leg.contract.root, leg.contract.expiry)
    assert cash == run.book.cash_cents == run.ledger.cash_cents[-1]
    assert held == {
        (c.layer, c.name, p.contract): p.quantity
        for layer in run.ledger.layers
        for c in run.book.campaigns(layer)
        for p in c.positions.values()
    }
    # Hedges are long, condors have as many long as short options.
    for (layer, _, _), quantity in held.items():
        assert quantity > 0 or layer not in run.policy.hedge_layers


def check_timing(run: Run) -> None:
    """Assert that every fill was ordered, on an earlier close or on the same one where that was chosen."""
    ordered: dict[tuple[str, str, str], list] = defaultdict(list)
    for plan in run.plans:
        assert plan.decided_at.phase == Phase.CLOSE
        for order in plan.orders:
            ordered[order.layer, order.campaign, order.kind].append(plan.decided_at.session)
    for entry in run.book.journal:
        if isinstance(entry, Fill):
            decided = ordered[entry.layer, entry.campaign, entry.kind]
            if run.how.same_close:
                assert entry.session in decided
            else:
                assert any(day < entry.session for day in decided)


def check_witness(world: World, run: Run, witness: Witness) -> None:
    """Assert that what decisions saw of the book is what the ledger says of that close."""
    equity = run.ledger.equity_cents()
    for i in witness.equity:
        k = i - run.start
        held: Counter = Counter()
        for leg in run.ledger.legs:
            at = k - leg.first
            if 0 <= at < len(leg.quantity) and leg.quantity[at]:
                name = run.ledger.layers[leg.layer], run.ledger.campaigns[leg.campaign]
                held[(*name, run.ledger.contracts[leg.contract])] += int(leg.quantity[at])
        assert witness.equity[i] == equity[k]
        assert witness.cash[i] == run.ledger.cash_cents[k]
        assert witness.held[i] == held


def look_at(world: World) -> None:
    """Run a world and check everything."""
    history = world.history()
    run = world.run(history)
    check(run)
    check_timing(run)
    if not world.same_close:
        witness = Witness()
        policy = world.parsed()
        watched = replace(policy, rules=(*policy.rules, witness))
        check_witness(world, world.run(history, policy=watched), witness)


@examples(30)
@given(modelled_worlds())
def test_books_balance_on_modelled_quotes(world):
    look_at(world)


@examples(12)
@given(chain_worlds())
def test_books_balance_on_chains_with_missing_and_useless_quotes(world):
    look_at(world)
