"""Brain files: written, refused, loaded and asked for safety stocks."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from brain import find_brain, safety_stocks
from brain.analytic.newsvendor import Analytic
from brain.environments.brain_orders import brain_orders
from brain.learning.network import Perceptron
from brain.trained.applicability import by_ratio
from brain.trained.features import N_FEATURES, RATIO_FEATURE, RATIO_SCALE, codec
from brain.trained.manifest import KEY, Domain, Manifest
from brain.trained.registry import FOLDER, brain_files
from brain.trained.runtime import BrainFile, TrainedBrains, load_brain
from brain.training.export import onnx_bytes, read_layers, write_onnx
from scenarios.demand.forecast_error import echelon_demand
from scenarios.errors import InputError
from scenarios.model.scenario import Scenario
from scenarios.simulation.step import initial_state
from solver.closed_form.order_up_to import order_up_to
from solver.optimiser import optimise
from tests.support.worlds import chain, column, tree

ROOT = Path(__file__).parents[3]


def domain(low: float, high: float | None = None, **changes: Any) -> Domain:
    known: dict[str, Any] = {
        "ratio": (low, low if high is None else high),
        "stages": (1, 3),
        "lead_time": (1, 5),
        "cv": (0.0, 1.2),
        "unmet_demand": ("lost", "backlog"),
    }
    return Domain(**(known | changes))


def perceptron(seed: int) -> Perceptron:
    model = Perceptron(generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        model.body[-1].weight.normal_(0.0, 0.1, generator=torch.Generator().manual_seed(seed))
    return model


def constant(delta: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """A brain that corrects z by the same everywhere."""
    layers = Perceptron((4,), torch.Generator().manual_seed(0)).layers()
    layers[-1][1][0] = delta
    return layers


def stored(folder: Path, name: str, layers: Any, where: Domain) -> BrainFile:
    return load_brain(
        write_onnx(folder / f"{name}.onnx", layers, Manifest(name=name, domain=where))
    )


def product(missed: float = 10.0, **changes: Any) -> Scenario:
    more: dict[str, Any] = {
        "mean": 10.0, "std": 2.0, "on_hand": 12.0, "n_periods": 10, "missed_sale_cost": missed,
        "holding_cost": column([1.0, 0.5]),
    }  # fmt: skip
    return chain(changes.pop("leads", [1, 2]), **(more | changes))


def test_onnx_gives_what_torch_gives(tmp_path: Path) -> None:
    model = perceptron(1)
    brain = stored(tmp_path, "b", model.layers(), domain(1e-9, 1e9))
    features = np.random.default_rng(0).normal(size=(500, N_FEATURES)).astype(np.float32)
    expected = model(torch.from_numpy(features)).detach().numpy()
    np.testing.assert_allclose(brain(features), expected, rtol=1e-4, atol=1e-4)
    assert np.ptp(expected) > 0.1
    assert (tmp_path / "b.onnx").stat().st_size < 100_000


def test_weights_come_back_from_a_file(tmp_path: Path) -> None:
    layers = perceptron(2).layers()
    stored(tmp_path, "b", layers, domain(1.0))
    for (weight, bias), (w, b) in zip(layers, read_layers(tmp_path / "b.onnx"), strict=True):
        assert np.array_equal(weight, w)
        assert np.array_equal(bias, b)


def test_the_same_brain_is_the_same_file() -> None:
    manifest = Manifest(name="b", domain=domain(1.0))
    assert onnx_bytes(constant(1.0), manifest) == onnx_bytes(constant(1.0), manifest)


def test_safety_stock_is_analytic_plus_the_correction_in_stds(tmp_path: Path) -> None:
    scenario = product()
    policy = TrainedBrains([stored(tmp_path, "flat", constant(0.7), domain(10.0))])
    decided = policy(scenario)
    expected = Analytic()(scenario).quantity + 0.7 * echelon_demand(scenario)[1]
    np.testing.assert_allclose(decided.quantity, expected, rtol=1e-6)
    assert decided.source.tolist() == ["flat", "flat"]
    assert decided.findings == ()


def test_planned_daily_a_brain_orders_as_it_was_trained(tmp_path: Path) -> None:
    # Three standard deviations less than the textbook: below zero at the store and above it.
    scenario = product(leads=[1, 2, 2], holding_cost=column([1.0, 0.5, 0.2]), on_hand=3.0)
    brain = stored(tmp_path, "low", constant(-3.0), domain(10.0))
    wanted = TrainedBrains([brain])(scenario).quantity
    assert (wanted < 0).all()
    state = initial_state(scenario)
    as_trained = brain_orders(scenario, TrainedBrains([brain]).at(10.0))(state, 0)
    planned = order_up_to(scenario, wanted)(state, 0)
    np.testing.assert_allclose(planned, as_trained, rtol=1e-6)
    assert (planned > 0).all()


def test_the_order_model_takes_a_place_without_customers_from_zero() -> None:
    scenario = product(leads=[1, 2, 2], holding_cost=column([1.0, 0.5, 0.2]), on_hand=3.0)
    wanted = Analytic()(scenario).quantity - np.array([[0.0], [9.0], [25.0]])
    assert (wanted[1:] < 0).all()
    found, cut = (optimise(scenario, stock) for stock in (wanted, np.maximum(wanted, 0.0)))
    np.testing.assert_allclose(found.quantity, cut.quantity, atol=1e-6)
    assert found.objective == pytest.approx(cut.objective)


def test_decided_once_only_customers_are_planned_short_of(tmp_path: Path) -> None:
    scenario = product()
    path = stored(tmp_path, "low", constant(-8.0), domain(10.0)) and str(tmp_path / "low.onnx")
    daily, once = find_brain(path)(scenario).quantity, safety_stocks(scenario, path).quantity
    assert (daily < 0).all()
    np.testing.assert_array_equal(once, np.stack([daily[0], np.zeros(10)]))
    # What users set themselves is theirs.
    own = dataclasses.replace(scenario.points, safety_stock=np.array([np.nan, -4.0]))
    assert (safety_stocks(scenario.replace(points=own), path).quantity[1] == -4.0).all()


def test_an_untrained_brain_is_the_analytic_rule(tmp_path: Path) -> None:
    scenario = product()
    decided = TrainedBrains([stored(tmp_path, "new", Perceptron().layers(), domain(10.0))])(
        scenario
    )
    np.testing.assert_array_equal(decided.quantity, Analytic()(scenario).quantity)


def test_the_opening_state_decides(tmp_path: Path) -> None:
    policy = TrainedBrains([stored(tmp_path, "b", perceptron(3).layers(), domain(10.0))])
    scenario = product()
    stocks = [
        policy(scenario.replace(points=dataclasses.replace(scenario.points, on_hand=held)))
        for held in (np.array([12.0, 12.0]), np.array([30.0, 12.0]))
    ]
    assert abs(stocks[0].quantity[0, 0] - stocks[1].quantity[0, 0]) > 1e-3
    # The correction, in stds, stays that of now.
    std = echelon_demand(scenario)[1]
    delta = (stocks[0].quantity - Analytic()(scenario).quantity) / std
    assert np.ptp(delta, axis=1) == pytest.approx(0.0, abs=1e-9)
    seen = codec(scenario)(initial_state(scenario), 0).astype(np.float32)
    assert delta[:, 0] == pytest.approx(policy.brains[0](seen), rel=1e-4)


def test_between_two_brains_the_correction_is_interpolated_in_log_ratio(tmp_path: Path) -> None:
    brains = [
        stored(tmp_path, "ratio-10", constant(1.0), domain(10.0)),
        stored(tmp_path, "ratio-1000", constant(3.0), domain(1000.0)),
    ]
    std = echelon_demand(product())[1]
    # 100 lies half way between 10 and 1000 in log; 10^1.5 a quarter of the way.
    for ratio, delta, source in (
        (10.0, 1.0, "ratio-10"),
        (100.0, 2.0, "ratio-10 ~ ratio-1000"),
        (10**1.5, 1.5, "ratio-10 ~ ratio-1000"),
        (1000.0, 3.0, "ratio-1000"),
    ):
        scenario = product(ratio)
        decided = TrainedBrains(brains[::-1])(scenario)
        more = (decided.quantity - Analytic()(scenario).quantity) / std
        assert more == pytest.approx(delta * np.ones_like(more), rel=1e-5)
        assert set(decided.source) == {source}


@pytest.mark.parametrize(
    ("ratio", "lower", "upper", "share"),
    [
        (0.5, 0, 0, 0.0),  # below the first centre, but known to it
        (0.05, -1, -1, 0.0),
        (1.0, 0, 0, 0.0),
        (10**0.25, 0, 1, 0.25),  # both know it: by distance from their centres
        (10.0, 1, 1, 0.0),
        (30.0, 1, 1, 0.0),  # known to the second, not to the third
        (400.0, 1, 2, np.log(400 / 100) / np.log(900 / 100)),  # to neither: from end to end
        (950.0, 2, 2, 0.0),
        (2000.0, -1, -1, 0.0),
    ],
)
def test_who_decides_about_which_ratio(ratio: float, lower: int, upper: int, share: float) -> None:
    # Centres 1, 10 and 948.7.
    domains = [domain(0.1, 10.0), domain(1.0, 100.0), domain(900.0, 1000.0)]
    found = by_ratio(np.array([ratio]), domains)
    assert (int(found[0][0]), int(found[1][0])) == (lower, upper)
    assert float(found[2][0]) == pytest.approx(share)


def test_a_brain_that_does_not_fit_leaves_the_product_to_one_that_does(tmp_path: Path) -> None:
    short = stored(tmp_path, "short", constant(1.0), domain(10.0, stages=(1, 1)))
    wide = stored(tmp_path, "wide", constant(2.0), domain(1.0, 1000.0))
    decided = TrainedBrains([short, wide])(product())
    assert set(decided.source) == {"wide"}
    assert decided.findings == ()


def test_a_brain_of_one_ratio_answers_a_neighbour_for_its_own(tmp_path: Path) -> None:
    brain = stored(tmp_path, "b", perceptron(4).layers(), domain(10.0))
    features = np.zeros((2, N_FEATURES), dtype=np.float32)
    features[:, RATIO_FEATURE] = np.log([10.0, 70.0]) / RATIO_SCALE
    first, second = brain(features)
    assert first == second


@pytest.mark.parametrize(
    ("changes", "reason", "allowed"),
    [
        ({"missed": 99.0}, "cost ratio is outside", "from 10 to 10"),
        ({"leads": [1, 6]}, "lead time is outside", "from 1 to 5"),
        ({"leads": [0, 2]}, "lead time is outside", "from 1 to 5"),
        ({"leads": [1, 1, 1, 1], "holding_cost": 1.0}, "chain is longer", "from 1 to 3"),
        ({"std": 14.0}, "demand varies more", "from 0 to 1.2"),
        # Errors that last: over the 5 periods that the DC covers as wild as std 8 * sqrt(3).
        ({"std": 8.0, "error_correlation": 0.5}, "demand varies more", "from 0 to 1.2"),
        ({"review_period": 7}, "review period", "from 1 to 1"),
        ({"timeline": "receive_first"}, "timeline receive_first", "order_first"),
        ({"sells": [[1.0], [1.0]]}, "customers who buy upstream", "customers last"),
    ],
)
def test_outside_its_domain_a_product_gets_the_analytic_rule_and_is_named(
    tmp_path: Path, changes: dict[str, Any], reason: str, allowed: str
) -> None:
    scenario = product(**changes)
    decided = TrainedBrains([stored(tmp_path, "b", constant(1.0), domain(10.0))])(scenario)
    np.testing.assert_array_equal(decided.quantity, Analytic()(scenario).quantity)
    assert set(decided.source) == {"analytic"}
    (finding,) = decided.findings
    assert finding.severity == "warning"
    assert reason in finding.message
    assert allowed in finding.remedy
    assert (finding.value, finding.count) == ("P1", 1)


def test_a_product_is_left_out_as_a_whole_and_others_are_not(tmp_path: Path) -> None:
    # P2's DC has lead time 9; P1 and P3 are served.
    scenario = product(
        n_products=3, lead_times=np.array([[1, 1, 1], [2, 9, 2]]), missed_sale_cost=10.0
    )
    decided = TrainedBrains([stored(tmp_path, "b", constant(1.0), domain(10.0))])(scenario)
    by_product = dict(zip(scenario.points.product.tolist(), decided.source, strict=True))
    assert by_product == {0: "b", 1: "analytic", 2: "b"}
    assert (decided.source[scenario.points.product == 1] == "analytic").all()
    assert [(f.value, f.count) for f in decided.findings] == [("P2", 1)]


def test_findings_are_few_however_many_products(tmp_path: Path) -> None:
    scenario = product(99.0, n_products=500)
    decided = TrainedBrains([stored(tmp_path, "b", constant(1.0), domain(10.0))])(scenario)
    assert [finding.count for finding in decided.findings] == [500]


def test_a_product_without_missed_sale_cost_is_outside(tmp_path: Path) -> None:
    decided = TrainedBrains([stored(tmp_path, "b", constant(1.0), domain(10.0))])(product(0.0))
    assert "cost ratio" in decided.findings[0].message


def test_trees_are_served(tmp_path: Path) -> None:
    scenario = tree([1, 2], 3, mean=10.0, std=2.0, n_periods=10)
    decided = TrainedBrains([stored(tmp_path, "b", constant(1.0), domain(10.0))])(scenario)
    assert set(decided.source) == {"b"}
    assert np.isfinite(decided.quantity).all()


def test_nothing_to_sell_wants_nothing(tmp_path: Path) -> None:
    scenario = product(mean=0.0, std=0.0, sells=[[1.0], [0.0]])
    decided = TrainedBrains([stored(tmp_path, "b", perceptron(1).layers(), domain(10.0))])(scenario)
    assert (decided.quantity == 0).all()


def test_a_scenario_that_is_still_to_be_forecast_is_refused(tmp_path: Path) -> None:
    unknown = np.full(product().mean.shape, np.nan)
    bare = product().replace(mean=unknown, std=unknown)
    with pytest.raises(InputError, match="demand is still to be forecast"):
        TrainedBrains([stored(tmp_path, "b", constant(1.0), domain(10.0))])(bare)


def one_line(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        load_brain(path)
    text = str(refused.value)
    assert "\n" not in text
    assert text.startswith(path.name)
    return text


def test_what_is_no_brain_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "b.onnx"
    assert "cannot be read" in one_line(path)
    path.mkdir()
    assert "cannot be read" in one_line(path)
    path = tmp_path / "c.onnx"
    for content in (b"", b"hello", bytes(1000)):
        path.write_bytes(content)
        assert "no ONNX file" in one_line(path) or "no manifest" in one_line(path)
    path.write_bytes(bytes(5_000_001))
    assert "larger than" in one_line(path)


def test_a_damaged_brain_is_refused(tmp_path: Path) -> None:
    stored(tmp_path, "b", constant(1.0), domain(1.0))
    path = tmp_path / "b.onnx"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "damaged" in one_line(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"feature_version": 0}, "feature version 0"),
        ({"format": 99, "surprise": 1}, "format 99"),
        ({"surprise": 1}, "bad surprise"),
        ({"name": ""}, "bad name"),
        ({"domain": {}}, "bad domain"),
    ],
)
def test_brains_of_another_kind_are_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    import json

    path = write_onnx(tmp_path / "b.onnx", constant(1.0), Manifest(name="b", domain=domain(1.0)))
    model = onnx.load(path)
    manifest = json.loads(model.metadata_props[0].value) | change
    helper.set_model_props(model, {KEY: json.dumps(manifest)})
    onnx.save(model, path)
    assert message in one_line(path)


def test_files_without_manifest_or_of_another_shape_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.onnx"
    for width, props, message in (
        (N_FEATURES, {}, "carries no manifest"),
        (N_FEATURES, {KEY: "not json"}, "not JSON"),
        (7, {KEY: Manifest(name="b", domain=domain(1.0)).to_json()}, "does not take"),
    ):
        graph = helper.make_graph(
            [helper.make_node("ReduceSum", ["features", "axis"], ["delta"], keepdims=0)],
            "other",
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", width])],
            [helper.make_tensor_value_info("delta", TensorProto.FLOAT, ["n"])],
            [helper.make_tensor("axis", TensorProto.INT64, [1], [1])],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        helper.set_model_props(model, props)
        onnx.save(model, path)
        assert message in one_line(path)


def test_weights_that_are_not_numbers_are_neither_written_nor_loaded(tmp_path: Path) -> None:
    manifest = Manifest(name="b", domain=domain(1.0))
    with pytest.raises(ValueError, match="not finite"):
        onnx_bytes(constant(np.nan), manifest)
    path = write_onnx(tmp_path / "b.onnx", constant(1.0), manifest)
    model = onnx.load(path)
    for entry in model.graph.initializer:
        if entry.name == "bias1":
            entry.CopyFrom(onnx.numpy_helper.from_array(np.full(2, np.nan, np.float32), "bias1"))
    onnx.save(model, path)
    assert "not a number" in one_line(path)


def test_user_brains_are_found_by_name_or_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path, "mine", constant(1.0), domain(10.0))
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert brain_files()["mine"] == tmp_path / "mine.onnx"
    for name in ("mine", str(tmp_path / "mine.onnx")):
        assert set(safety_stocks(product(), name).source) == {"mine"}
    with pytest.raises(InputError, match=r"no such brain.*mine"):
        find_brain("yours")
    with pytest.raises(InputError, match="cannot be read"):
        find_brain(str(tmp_path / "none.onnx"))


def test_a_brain_is_called_by_its_file_not_by_its_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path, "ratio-50", constant(1.0), domain(10.0))
    (tmp_path / "ratio-50.onnx").rename(tmp_path / "summer.onnx")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    for name in ("summer", str(tmp_path / "summer.onnx"), "auto"):
        assert set(safety_stocks(product(), name).source) == {"summer"}


def test_a_file_in_place_of_the_folder_of_brains_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path, "mine", constant(1.0), domain(10.0))
    monkeypatch.setenv(FOLDER, str(tmp_path / "mine.onnx"))
    for name in ("auto", "ratio-10"):
        with pytest.raises(InputError, match=r"PLANNER_BRAINS: is a file.*mine\.onnx"):
            safety_stocks(product(), name)
    # A folder that is not there yet is none to complain of.
    monkeypatch.setenv(FOLDER, str(tmp_path / "later"))
    assert "ratio-10" in safety_stocks(product(), "ratio-10").source


@pytest.mark.parametrize("name", ["auto", "analytic", "none", "override"])
def test_a_brain_called_like_what_is_built_in_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    layers, manifest = constant(1.0), Manifest(name="b", domain=domain(10.0))
    path = write_onnx(tmp_path / f"{name}.onnx", layers, manifest)
    assert f"cannot be called {name}" in one_line(path)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    decided = safety_stocks(product(), "auto")
    assert set(decided.source) == {"ratio-10"}
    (finding,) = decided.findings
    assert (finding.file, finding.severity) == (f"{name}.onnx", "warning")
    assert "rename the file" in finding.remedy


def test_the_shipped_brains_load_and_serve_automatically() -> None:
    assert {"ratio-1", "ratio-10", "ratio-100", "ratio-1000"} <= set(brain_files())
    decided = safety_stocks(product(50.0), "auto")
    assert set(decided.source) == {"ratio-10 ~ ratio-100"}
    assert safety_stocks(product(100.0), "auto").source.tolist() == ["ratio-100"] * 2
    assert safety_stocks(product(5000.0), "auto").source.tolist() == ["ratio-1000"] * 2
    assert safety_stocks(product(50_000.0), "auto").source.tolist() == ["analytic"] * 2
    folder = brain_files()["ratio-1"].parent
    assert sum(path.stat().st_size for path in folder.glob("*.onnx")) < 400_000


def test_brains_of_the_user_take_part_and_refused_ones_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path, "ratio-50", constant(1.0), domain(5.0, 500.0))
    (tmp_path / "old.onnx").write_bytes(b"of another time")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    decided = safety_stocks(product(50.0), "auto")
    assert set(decided.source) == {"ratio-50"}
    (finding,) = decided.findings
    assert (finding.file, finding.severity) == ("old.onnx", "warning")
    assert "remove the file" in finding.remedy


def test_shipped_scores_beat_the_textbook_everywhere() -> None:
    for ratio in (1, 10, 100, 1000):
        scores = load_brain(brain_files()[f"ratio-{ratio}"]).manifest.scores
        reference = {name: score for name, score in scores.items() if name.startswith("reference")}
        assert len(reference) == 16
        assert max(reference.values()) < 1.0


def test_planning_with_a_brain_imports_no_training_library(tmp_path: Path) -> None:
    stored(tmp_path, "mine", constant(1.0), domain(10.0))
    code = (
        "import sys\n"
        "from tests.support.worlds import chain\n"
        "from brain import safety_stocks\n"
        "s = chain([1, 2], mean=10.0, std=2.0)\n"
        f"assert set(safety_stocks(s, {str(tmp_path / 'mine.onnx')!r}).source) == {{'mine'}}\n"
        "safety_stocks(s, 'auto')\n"
        "print(sorted({'ray', 'torch', 'onnx', 'gymnasium'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
