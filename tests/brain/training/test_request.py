"""What is asked of a training is checked, and read back from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brain.environments.training_chains import RandomChains
from brain.learning.options import TrainingOptions
from brain.training.request import FILE, TrainingRequest, check_request, read_request
from scenarios.errors import InputError


@pytest.mark.parametrize("ratio", [0.0, -1.0, float("nan"), float("inf")])
def test_a_ratio_must_be_positive(ratio: float) -> None:
    with pytest.raises(InputError, match="must be above 0 and finite"):
        check_request([ratio], None, "hdpo")


@pytest.mark.parametrize("ratio", [1e-20, 9.99e-4, 1.01e6, 1e20])
def test_a_ratio_far_out_is_refused(ratio: float) -> None:
    for ratios, ends in (([ratio], None), ([], (min(ratio, 1.0), max(ratio, 1.0)))):
        with pytest.raises(InputError, match=r"give one from 0\.001 to 1e\+06"):
            check_request(ratios, ends, "hdpo")
    check_request([1e-3, 1e6], (1e-3, 1e6), "hdpo")


@pytest.mark.parametrize("ratio", ["5", {}, [5]])
def test_a_ratio_that_is_no_number_is_refused(ratio: Any) -> None:
    with pytest.raises(InputError, match="must be above 0 and finite"):
        check_request([ratio], None, "hdpo")
    with pytest.raises(InputError, match="is no range"):
        check_request([], ratio, "hdpo")


def test_ratios_that_would_have_one_name_are_refused() -> None:
    with pytest.raises(InputError, match=r"a ratio is given twice.*ratio-10'"):
        check_request([10, 10.00000000001], None, "hdpo")
    check_request([10, 10.0001], None, "hdpo")


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        check_request([5, 5], (10, 1), "magic")
    assert len(caught.value.findings) == 3


def test_nothing_to_train_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to train"):
        check_request([], None, "hdpo")


def request() -> TrainingRequest:
    chains = RandomChains(stages=(1, 2), unmet_demand=("lost",))
    return TrainingRequest(
        (50.0, 0.5), (10.0, 1000.0), "ppo", None, TrainingOptions(seed=3), chains
    )


def test_an_order_is_read_as_it_was_written(tmp_path: Path) -> None:
    request().write(tmp_path)
    assert read_request(tmp_path) == request()


def test_brains_are_named_by_their_ratios() -> None:
    assert request().brains == {
        "ratio-50": (50.0, 50.0),
        "ratio-0.5": (0.5, 0.5),
        "ratio-10-1000": (10.0, 1000.0),
    }


def test_a_folder_without_a_training_cannot_be_resumed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no training here"):
        read_request(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"ratios": 5}'])
def test_a_damaged_order_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        read_request(tmp_path)
