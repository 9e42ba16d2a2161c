"""Numbers, words and dates are written by one module each."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.text.names import day, weekday
from planner.text.numbers import (
    amount,
    count_text,
    difference_text,
    exact_percent,
    half,
    percent,
    score,
    short,
)

FIGURES = st.floats(-1e12, 1e12)


def test_numbers_are_rounded_as_people_read_them() -> None:
    told = [short(x) for x in (0.0, 0.0123, 0.624, 9.99, 18.84, 99.96, 532.5, 76156.2, 1.234e7)]
    assert told == ["0", "0.012", "0.62", "9.99", "18.8", "100", "532", "76,156", "12.3 million"]
    assert (short(None), short(float("nan")), short(-5.0)) == ("–", "–", "−5")
    assert [percent(x) for x in (0.0, 1e-12, 0.0005, 0.004, 0.53, 0.996, 0.99999, 1.0, 1.14)] == [
        "0%", "<0.01%", "0.05%", "0.4%", "53%", "99.6%", "99.99%", "100%", "114%"
    ]  # fmt: skip
    assert day("2026-01-05") == "5\u00a0Jan\u00a02026"
    assert [count_text(n, "order") for n in (0, 1, 1200)] == [
        "no orders",
        "1 order",
        "1,200 orders",
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.12345, "0.1235"), (12.5, "12.5"), (75454.3, "75,454")]
)
def test_amounts_read_as_people_write_them(value: float, text: str) -> None:
    assert amount(value) == text


def test_what_is_not_known_is_told() -> None:
    assert (amount(math.nan), exact_percent(math.nan)) == ("unknown", "unknown")
    assert (percent(math.nan), difference_text(math.nan), half(math.nan)) == ("–", "–", "")
    assert percent(math.inf) == "over 100%"  # of a capacity of 0


def test_differences_have_their_sign_unless_nothing_is_left_of_them() -> None:
    assert [difference_text(x) for x in (5.0, -5.0, 0.0, -1e-9)] == ["+5", "−5", "0", "0"]
    assert [difference_text(x, percent) for x in (0.003, -0.5, 0.0)] == ["+0.3%", "−50%", "0%"]
    assert percent(-0.003) == "−0.3%"


def test_scores_of_leaderboards_keep_the_digits_that_tell_policies_apart() -> None:
    assert [score(x) for x in (1.23456, 123.456, 12345.6)] == ["1.235", "123.5", "12,346"]
    assert score(2.0, "+") == "+2.000"
    assert half(0.5, score) == " ± 0.500"


def test_days_are_those_of_the_calendar() -> None:
    assert weekday("2026-01-05") == "Mon 5 Jan"


@given(FIGURES)
def test_no_figure_shows_a_sign_without_digits_or_two_signs(value: float) -> None:
    for write in (short, percent, difference_text):
        text = write(value)
        assert text.lstrip("+−<")[0].isdigit()
        assert sum(text.count(sign) for sign in "+−") <= 1
        assert "-" not in text


def test_small_figures_have_no_exponent() -> None:
    assert [short(x) for x in (1e-4, 9.9e-5, 5e-5, 4.9e-5)] == [
        "0.0001",
        "0.000099",
        "0.00005",
        "0",
    ]
