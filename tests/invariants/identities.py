"""What holds of every run, to the cent and to the day, whatever was traded on whatever market."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from alvh.accounting.book import Interest, Settlement, Variation, is_future, value_cents
from alvh.accounting.ledger import balances, ledger_equity_cents, stale_and_modelled
from alvh.accounting.statement import Statement
from alvh.conventions import last_trading_session, root_spec
from alvh.day import Run
from alvh.decision.layers.vix_calls import VixCalls
from alvh.decision.layers.vx_futures import VxFutures
from alvh.evidence.account import account
from alvh.values import Fill, Phase


def check(run: Run) -> Statement:
    """Assert every identity of a run, and return its statement."""
    ledger, n = run.ledger, run.ledger.sessions
    postings = ledger.postings()
    equity = ledger.equity_cents()
    assert not balances(postings, n).any()
    assert (ledger_equity_cents(postings, n) == equity).all()
    pnl = ledger.pnl_cents()
    assert (pnl.sum(axis=0) == np.diff(equity, prepend=run.book.start_cents)).all()
    check_journal(run)
    return check_statement(run, pnl)


def check_statement(run: Run, pnl) -> Statement:
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
    of_campaigns = sum(statement.campaign_terms_usd.values())
    assert np.abs(of_campaigns - [line.pnl_usd for line in statement.campaigns]).max(initial=0.0) <= 1e-6
    assert (statement.margin_usd >= 0.0).all()
    total, modelled, stale = stale_and_modelled(run.ledger.legs)
    assert (statement.leg_marks, statement.modelled_leg_marks, statement.stale_leg_marks) == (total, modelled, stale)
    assert 0 <= modelled <= total
    assert 0 <= stale <= total
    assert all(skip.why and skip.layer for skip in statement.skips)
    return statement


def check_journal(run: Run) -> None:
    """Assert that the journal is in order, folds to what is held, and settles each position once."""
    journal = run.book.journal
    assert [entry.session for entry in journal] == sorted(entry.session for entry in journal)
    held: Counter = Counter()
    cash = run.book.start_cents
    for entry in journal:
        if isinstance(entry, Interest):
            cash += entry.cash_cents
        elif isinstance(entry, Variation):
            # A future pays what it gained while it is held, and nothing else does.
            assert is_future(entry.contract)
            assert held[entry.layer, entry.campaign, entry.contract]
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
                if is_future(leg.contract):
                    cash += value_cents(leg.contract, leg.quantity, leg.mid)
                assert leg.price >= 0.0
                assert (leg.price - leg.mid) * leg.quantity >= -1e-9
                if root_spec(leg.contract.root).kind != "fund":  # which trades for ever
                    assert entry.session <= last_trading_session(leg.contract.root, leg.contract.expiry)
    assert cash == run.book.cash_cents == run.ledger.cash_cents[-1]
    assert held == {
        (c.layer, c.name, p.contract): p.quantity
        for layer in run.ledger.layers
        for c in run.book.campaigns(layer)
        for p in c.positions.values()
    }
    # Calls and futures of the hedge are long, unless the policy sells them by name; spreads have a short leg.
    long = {
        layer.name
        for layer in run.policy.layers
        if type(layer) in {VixCalls, VxFutures} and not getattr(layer.params, "short", False)
    }
    for (layer, _, _), quantity in held.items():
        assert quantity > 0 or layer not in long


def check_timing(run: Run) -> None:
    """Assert that every fill was ordered, on an earlier close or on the same one where that was chosen."""
    ordered: dict[tuple[str, str, str], list] = defaultdict(list)
    at_once: dict[tuple[str, str, str], list] = defaultdict(list)
    for plan in run.plans:
        assert plan.decided_at.phase == Phase.CLOSE
        for order in plan.orders:
            ordered[order.layer, order.campaign, order.kind].append(plan.decided_at.session)
            if order.same_close:
                at_once[order.layer, order.campaign, order.kind].append(plan.decided_at.session)
    for entry in run.book.journal:
        if isinstance(entry, Fill):
            decided = ordered[entry.layer, entry.campaign, entry.kind]
            if run.how.same_close:
                assert entry.session in decided
            elif entry.session in at_once[entry.layer, entry.campaign, entry.kind]:
                # A layer that names the close that decides, by `Order.same_close`.
                assert entry.layer == "big_top"
            else:
                assert any(day < entry.session for day in decided)
