"""Money balances, to the cent, on every day of every run: random policies on random markets full of holes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given

from alvh.accounting.book import Book
from alvh.day import Run
from invariants.identities import check, check_timing
from invariants.worlds import World, chain_worlds, examples, modelled_worlds


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
