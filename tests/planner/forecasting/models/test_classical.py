"""Classical models of statsforecast, where it is installed."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from planner.forecasting.models.classical import LOCAL, _filled, local
from planner.forecasting.models.registry import model_of
from scenarios.errors import InputError
from tests.support.forecast_series import series


def test_a_model_that_needs_statsforecast_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    with pytest.raises(InputError, match=r"install the extra: pip install .*\[forecast\]"):
        local("arima")(series(np.ones((1, 20))), 2)


def test_there_is_no_model_of_another_name() -> None:
    with pytest.raises(InputError, match="there are auto, moving-average"):
        model_of("crystal-ball")


@pytest.mark.parametrize("days", [1, 7])
@pytest.mark.parametrize("name", list(LOCAL))
def test_every_model_forecasts_series_of_every_kind(name: str, days: int) -> None:
    pytest.importorskip("statsforecast")
    sold = np.random.default_rng(1).poisson(6, (6, 60)).astype(float)
    sold[1] = 0
    sold[2, :57] = np.nan
    sold[3, :59] = np.nan
    sold[4] = np.nan
    sold[5] *= 1e9
    made = local(name)(series(sold, days=days), 3)
    assert made.shape == (6, 3)
    assert np.isfinite(made).all()
    assert (made >= 0).all()
    np.testing.assert_array_equal(made[[1, 4]], 0)
    assert (abs(made[0] - 6) < 3).all()


@pytest.mark.parametrize("name", ["arima", "croston"])
def test_processes_share_the_series_and_change_no_answer(name: str) -> None:
    pytest.importorskip("statsforecast")
    some = series(np.random.default_rng(2).poisson(6, (7, 40)).astype(float))
    np.testing.assert_array_equal(local(name, 2)(some, 3), local(name)(some, 3))
    # More processes than series, and a series by itself.
    one = series(some.quantity[:1])
    np.testing.assert_array_equal(local(name, 4)(one, 3), local(name)(one, 3))


@pytest.mark.parametrize("name", list(LOCAL))
def test_nothing_is_forecast_where_nothing_has_begun(name: str) -> None:
    pytest.importorskip("statsforecast")
    np.testing.assert_array_equal(local(name)(series(np.zeros((2, 9)), False), 3), 0)


def test_holes_are_filled_with_the_thirteen_weeks_before() -> None:
    # 100 is 14 weeks before the hole; the 13 after it are 2, and the level is 2.
    sold = [100, *[2] * 13, 0, 7]
    filled, begun = _filled(series(sold, np.arange(16) != 14))
    np.testing.assert_allclose(filled[0, 14], 2)
    assert begun.all()
    later, begun = _filled(series([np.nan, 3, 5], [True, True, True]))
    assert begun.tolist() == [[False, True, True]]
    np.testing.assert_array_equal(later[0, 1:], [3, 5])
