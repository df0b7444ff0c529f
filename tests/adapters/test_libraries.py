"""A policy that needs a library that is not there is refused in one sentence, before anything is loaded."""

from __future__ import annotations

import pytest

from alvh.adapters import libraries
from alvh.adapters.errors import UserError
from alvh.adapters.libraries import need_libraries
from alvh.policies.policy import preset


def test_a_policy_with_fund_options_is_refused_without_quantlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    with pytest.raises(UserError) as refused:
        need_libraries([preset("condor-only"), preset("alvh-etp")])
    assert str(refused.value) == (
        "policy 'alvh-etp': layer 'L1' needs QuantLib, which is not installed: pip install 'alvh[etp]'"
    )


def test_every_other_policy_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    need_libraries([preset("alvh"), preset("442-contracts"), preset("alvh-futures")])


def test_what_is_installed_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda name: object())
    need_libraries([preset("alvh-etp")])
