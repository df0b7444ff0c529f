"""The backtest report: what it says is what the statements hold, also when that is unwelcome."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alvh.evidence.pairing import find_pair
from alvh.reports.backtest import backtest_report
from alvh.reports.blocks import CountedList, Fold, HeatMap, Ladder, Sentence, Table, TimeSeries, Verdict
from alvh.reports.glossary import plain
from alvh.reports.menu import REPORTS
from alvh.reports.parts.verdict import ONE_HISTORY
from alvh.values import Missing
from reports.contract import ReportContract, blocks_of
from reports.statements import ladder, synthetic, tiny


class TestBacktestReport(ReportContract):
    build = staticmethod(backtest_report)


def control(statement, pnl):
    """Return a run without a hedge whose condor made `pnl`."""
    daily = np.array(pnl)
    return replace(
        statement,
        policy="condor-only",
        layers=("condor", "cash"),
        hedge_layers=(),
        equity_usd=statement.nav_start_usd + np.cumsum(daily),
        layer_pnl_usd={"condor": daily - 1.0, "cash": np.ones(daily.size)},
        layer_costs_usd={"condor": np.zeros(daily.size), "cash": np.zeros(daily.size)},
        attribution_usd={},
        campaigns=tuple(line for line in statement.campaigns if line.layer == "condor"),
    )


def verdict_of(*statements):
    return next(block for block in blocks_of(backtest_report(statements)) if isinstance(block, Verdict))


def section(report, slug):
    return next(one for one in report.sections if one.slug == slug)


def test_every_part_that_the_issue_asks_for_is_there_in_reading_order():
    report = backtest_report(
        [synthetic(sessions=80), synthetic("condor-only", hedged=False, sessions=80)], fill_ladder=ladder(sessions=80)
    )
    assert [one.slug for one in report.sections] == [
        "verdict",
        "curves",
        "layers",
        "hedge-cost",
        "regimes",
        "worst-days",
        "fills",
        "months",
        "campaigns",
        "attribution",
        "skipped",
        "inputs",
        "glossary",
        "disclaimer",
    ]
    assert report.title == "alvh against condor-only"
    assert "4" in report.subtitle
    assert [one.slug for one in report.sections if one.brief] == [
        "verdict",
        "layers",
        "regimes",
        "skipped",
        "disclaimer",
    ]


def test_the_verdict_by_hand_when_the_hedge_helped():
    # Without: -400 from 10,100, a drawdown of 3.96 %; with: -139 from 10,061, 1.38 %.
    told = verdict_of(tiny(), control(tiny(), [100.0, -400.0, 50.0, 20.0]))
    text = plain(told.headline)
    assert text == (
        "The hedge earned 58.62 % of the account a year after its costs, and the deepest drawdown was shallower with "
        "it: 1.38 % instead of 3.96 %."
    )
    assert "lost $230; with the hedge the same days came to a loss of $46" in told.sentences[1]
    assert ONE_HISTORY in told.caveats


def test_the_verdict_says_so_when_the_hedge_made_it_worse():
    told = verdict_of(tiny(), control(tiny(), [100.0, -20.0, 50.0, 20.0]))
    assert "got deeper with it: 1.38 % instead of 0.20 %" in plain(told.headline)
    drawdown = next(one for one in told.figures if "drawdown" in one.label)
    assert drawdown.good is False
    assert drawdown.change == "1.18 points deeper"


def test_a_hedge_that_lost_money_has_a_cost():
    losing = replace(tiny(), layer_pnl_usd={**tiny().layer_pnl_usd, "L1": np.array([-40.0, -16.0, -30.0, -10.0])})
    assert plain(verdict_of(losing).headline).startswith("The hedge cost 70.34 % of the account a year, and")


def test_a_difference_that_does_not_show_is_not_called_one():
    same = control(tiny(), np.diff(tiny().equity_usd, prepend=10_000.0))
    told = verdict_of(tiny(), same)
    assert "stayed at 1.38 %" in told.headline
    assert next(one for one in told.figures if "drawdown" in one.label).good is None


def test_without_a_control_the_comparison_says_how_it_was_made():
    told = verdict_of(tiny())
    assert "P&L of its hedge layers taken out" in told.sentences[0]


def test_without_a_hedge_the_verdict_says_there_is_none():
    told = verdict_of(synthetic("condor-only", hedged=False, sessions=80))
    assert "it carries no hedge" in told.headline


def test_different_fills_are_not_called_the_same():
    told = verdict_of(tiny(), replace(control(tiny(), [1.0, 1.0, 1.0, 1.0]), fill="mid"))
    assert "but fills at half and at mid" in told.sentences[0]


def test_where_the_marks_came_from_is_part_of_the_verdict():
    assert "75.0 % of 40 marks of options are modelled" in plain(verdict_of(tiny()).caveats[1])
    real = replace(tiny(), modelled_leg_marks=0)
    assert "All 40 marks of options are recorded quotes." in verdict_of(real).caveats


def test_the_hedged_policy_leads_whatever_the_order():
    report = backtest_report([synthetic("condor-only", hedged=False, sessions=40), synthetic(sessions=40)])
    assert report.title == "alvh against condor-only"


def test_worst_days_add_up():
    report = backtest_report([tiny()])
    own = [block for block in section(report, "worst-days").blocks if isinstance(block, Table)][1]
    assert str(own.rows[0][0]) == "2019-12-31"
    assert [cell.value for cell in own.rows[0][4:]] == [-300.0, 160.0, 1.0, -139.0]
    assert own.rows[0][1].value == pytest.approx(0.01)
    # The first session has no index of the day before, the last no VIX: gaps with a reason.
    gaps = [cell.why for row in own.rows for cell in row if isinstance(cell, Missing)]
    assert sorted(gaps) == [
        "the VIX of that day is not known",
        "the index of that day or of the day before is not known",
    ]


def test_the_regime_table_adds_up_to_the_account():
    report = backtest_report([synthetic(sessions=300), synthetic("condor-only", hedged=False, sessions=300)])
    table = next(block for block in section(report, "regimes").blocks if isinstance(block, Table))
    total = synthetic(sessions=300).equity_usd[-1] - 5_000_000
    assert table.rows[-1][3].value == pytest.approx(total, abs=0.05)
    assert sum(cell.value for cell in table.rows[-1][4:-1]) == pytest.approx(total, abs=0.05)
    assert table.rows[-1][1].value == 300


def test_where_the_difference_comes_from_adds_up():
    report = backtest_report([tiny(), control(tiny(), [100.0, -400.0, 50.0, 20.0])])
    table = section(report, "layers").blocks[2]
    rows = {str(getattr(row[0], "text", row[0])): row for row in table.rows}
    assert rows["L1"][2] == Missing("condor-only has no such layer")
    assert sum(row[3].value for name, row in rows.items() if name != "value at the end") == pytest.approx(
        rows["value at the end"][3].value
    )


def test_the_fill_ladder_runs_from_the_kindest_and_marks_the_run():
    report = backtest_report([synthetic(sessions=60)], fill_ladder={"alvh": ladder(("alvh",), sessions=60)["alvh"]})
    rungs = next(block for block in section(report, "fills").blocks if isinstance(block, Ladder)).rungs
    assert [rung.name for rung in rungs] == ["mid", "q25", "half", "q75", "cross"]
    assert [rung.chosen for rung in rungs] == [False, False, True, False, False]
    gains = [rung.values[0].value for rung in rungs]
    assert gains == sorted(gains, reverse=True)


def test_the_run_is_marked_on_its_rung_whatever_its_timing():
    report = backtest_report([replace(tiny(), fill="half, same_close")], fill_ladder={"alvh": {"half": {}, "mid": {}}})
    rungs = next(block for block in section(report, "fills").blocks if isinstance(block, Ladder)).rungs
    assert [(rung.name, rung.chosen) for rung in rungs] == [("mid", False), ("half", True)]


def test_the_fill_ladder_takes_results_too_and_leaves_what_they_lack_open():
    report = backtest_report([tiny()], fill_ladder={"alvh": {"cross": {"nav_start": 1.0, "nav_end": 3.0}}})
    rung = next(block for block in section(report, "fills").blocks if isinstance(block, Ladder)).rungs[0]
    assert rung.values[0].value == 2.0
    assert np.isnan(rung.values[2].value)


def test_without_a_ladder_the_section_says_that_it_was_not_run():
    (why,) = section(backtest_report([tiny()]), "fills").blocks
    assert isinstance(why, Sentence)
    assert "Only fills at half were run" in why.text


def test_every_skip_is_counted():
    (skips,) = section(backtest_report([tiny()]), "skipped").blocks
    assert isinstance(skips, CountedList)
    assert [(group.tag, group.count) for group in skips.groups] == [("condor", 2), ("L1", 1)]
    assert skips.groups[0].items == ("2019-12-31: 450, 4.5", "2020-01-03: 460, 4.6")
    assert skips.groups[1].label == "no listed expiry between 25 and 63 days"


def test_a_layer_has_one_tone_wherever_it_appears():
    report = backtest_report([synthetic(sessions=40), synthetic("condor-only", hedged=False, sessions=40)])
    tones = {
        line.name: line.tone
        for block in blocks_of(report)
        if isinstance(block, TimeSeries) and "layer" in block.title
        for line in block.series
    }
    assert tones == {
        "condor": "condor",
        "L1": "hedge1",
        "L2": "hedge2",
        "L3": "hedge3",
        "cash": "cash",
        "all layers": "total",
    }


def test_the_months_are_those_of_the_leading_policy_and_the_others_are_a_click_away():
    blocks = section(
        backtest_report([synthetic(sessions=80), synthetic("condor-only", hedged=False, sessions=80)]), "months"
    ).blocks
    assert isinstance(blocks[0], HeatMap)
    assert blocks[0].rows == ("2007",)
    assert isinstance(blocks[1], Fold)


def test_episodes_are_offered_only_where_the_window_holds_them():
    long, short = backtest_report([synthetic()]), backtest_report([synthetic(sessions=80)])
    assert [window.name for window in section(long, "curves").blocks[0].windows][:2] == ["2008", "Aug 2011"]
    assert section(short, "curves").blocks[0].windows == ()


def test_hashes_and_the_modelled_share_are_shown():
    cells = [cell for block in section(backtest_report([tiny()]), "inputs").blocks if isinstance(block, Table)
             for row in block.rows for cell in row]  # fmt: skip
    texts = [getattr(cell, "text", cell) for cell in cells]
    assert "p" * 64 in texts
    assert "d" * 64 in texts
    assert (0.75, "share", False) in texts


def test_nothing_to_report_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="at least one policy"):
        backtest_report([])
    with pytest.raises(ValueError, match="at least one session"):
        backtest_report([replace(tiny(), sessions=np.array([], dtype="datetime64[D]"))])


def test_the_menu_names_it():
    assert REPORTS["backtest"] is backtest_report


def test_a_control_with_other_condors_is_told_beside_and_not_taken_for_the_hedge():
    hedged = tiny()
    other = control(hedged, [10.0, -20.0, 30.0, 5.0])
    other = replace(other, campaigns=other.campaigns[:1])
    pair = find_pair([hedged, other])
    assert (pair.control, pair.beside) == (None, other)
    assert pair.equity_without_usd == pytest.approx(hedged.equity_usd - np.cumsum(hedged.layer_pnl_usd["L1"]))
    told = plain(verdict_of(hedged, other).sentences[-1])
    # The other condor made 10 - 20 + 30 + 5 less the dollar a day of its cash: 21.
    assert told.startswith("condor-only beside it is another book: 1 condor for a gain of $21 where alvh had 2 condors")
    assert told.endswith("is not the hedge's doing.")
