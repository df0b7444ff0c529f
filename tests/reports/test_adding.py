"""docs/adding/report.md, followed to the letter: its file is imported, keeps the contract and says what it should."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

from alvh.reports.blocks import Num
from alvh.reports.glossary import plain
from reports.contract import ReportContract
from reports.statements import tiny

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "adding" / "report.md").read_text(encoding="utf-8")


def followed() -> types.ModuleType:
    """Return the module that the page's only Python block is."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    module = types.ModuleType("alvh.reports.trading_costs")
    sys.modules[module.__name__] = module
    exec(compile(code, "reports/trading_costs.py", "exec"), module.__dict__)
    del sys.modules[module.__name__]
    return module


trading_costs_report = followed().trading_costs_report


class TestTradingCosts(ReportContract):
    build = staticmethod(trading_costs_report)

    def test_the_costs_are_those_of_the_statement(self):
        sentence, table = trading_costs_report([tiny()]).sections[0].blocks
        # 48 of costs in five days on an average account of 9,970.
        assert plain(sentence.text) == "Slippage and fees of alvh took 35.17 % of the average NAV a year."
        assert [row[1] for row in table.rows] == [Num(40.0, "usd"), Num(8.0, "usd"), Num(0.0, "usd")]


def test_the_page_names_what_is_there():
    menu = (Path(__file__).resolve().parents[2] / "src/alvh/reports/menu.py").read_text(encoding="utf-8")
    assert '    "backtest": backtest_report,\n' in menu
    assert '    "trading-costs": trading_costs_report,\n' in PAGE
    for path in re.findall(r"`((?:src|tests)/[\w/.]+\.py)`", PAGE):
        assert (Path(__file__).resolve().parents[2] / path).is_file(), path
