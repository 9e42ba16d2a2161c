"""What options may be stands in the command line once more: it is what the packages know."""

from __future__ import annotations

from typing import get_args

from brain.training.messages import AlgorithmName
from planner.commands import options
from planner.forecasting.models.registry import MODELS
from scenarios.examples import bundled
from scenarios.writing.files import FORMATS
from solver.options import SolverOptions


def test_options_are_those_of_the_packages() -> None:
    assert get_args(options.Algorithm) == get_args(AlgorithmName)
    assert get_args(options.FileFormat) == FORMATS
    assert get_args(options.SolverName) == get_args(SolverOptions.model_fields["solver"].annotation)
    assert all(callable(getattr(bundled, x.replace("-", "_"))) for x in get_args(options.Example))


def test_the_help_on_forecasts_names_every_model() -> None:
    _, option = get_args(options.ForecastModel)
    missing = [name for name in MODELS if name not in option.help]
    assert missing == []
