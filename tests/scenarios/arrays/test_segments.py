import array_api_compat.torch as torch_xp
import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.arrays.segments import pick, segment_sum
from solver.closed_form.echelon_sum import echelon_sum, tree_depths

SHAPES = st.sampled_from(["identity", "shifted", "tree", "sorted", "sparse", "random", "nowhere"])


def index_array(shape: str, n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Index arrays like those of real networks, and some like none."""
    if shape == "identity":
        return np.arange(n)
    if shape == "shifted":  # a chain: the first location's points are nobody's origin
        return np.concatenate([np.arange(n // 2, n), np.full(n // 2, -1)])
    if shape == "tree":  # two stores, one DC
        return np.concatenate([np.arange(n), np.arange(n)])
    if shape == "sorted":
        return np.sort(rng.integers(0, n, size))
    if shape == "nowhere":
        return np.full(size, -1)
    low = -1 if shape == "sparse" else 0
    return rng.integers(low, n, size)


@settings(deadline=None, max_examples=150)
@given(SHAPES, st.integers(1, 300), st.integers(0, 300), st.integers(0, 10**6))
def test_sums_and_gathers_equal_a_plain_loop_in_both_libraries(shape, n, size, seed):
    rng = np.random.default_rng(seed)
    index = index_array(shape, n, size, rng)
    routes, points = rng.normal(size=(2, index.size)), rng.normal(size=(2, n))

    summed, read = np.zeros((2, n)), np.full((2, index.size), 7.0)
    for i, target in enumerate(index):
        if target >= 0:
            summed[:, target] += routes[:, i]
            read[:, i] = points[:, target]

    assert np.allclose(segment_sum(np, index, n)(routes), summed)
    assert np.array_equal(pick(np, index, n)(points, 7.0), read)
    in_torch = segment_sum(torch_xp, index, n)(torch.asarray(routes))
    assert np.allclose(in_torch.numpy(), summed)
    assert np.array_equal(pick(torch_xp, index, n)(torch.asarray(points), 7.0).numpy(), read)


def test_a_regular_network_needs_nothing_but_slices():
    products = 1000
    to_dc = np.concatenate([np.arange(2 * products, 3 * products)] * 2 + [np.full(products, -1)])
    assert pick(np, to_dc, 3 * products).runs == ((2000, 1000), (2000, 1000), (-1, 1000))
    assert segment_sum(np, to_dc, 3 * products).slices == ((2000, ()), (1000, (0, 1000)))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 6), st.integers(1, 40), st.booleans(), st.integers(0, 10**6))
def test_an_echelon_sum_adds_up_everything_below(n_locations, n_products, regular, seed):
    rng = np.random.default_rng(seed)
    location = np.repeat(np.arange(n_locations), n_products)
    product = np.tile(np.arange(n_products), n_locations)
    above = np.array([rng.integers(j + 1, n_locations + 1) for j in range(n_locations)])
    parent = above[location] * n_products + product
    parent = np.where(above[location] == n_locations, -1, parent)
    if not regular:
        parent = np.where(rng.random(parent.size) < 0.3, -1, parent)
    x = rng.normal(size=(2, parent.size))

    expected = np.zeros_like(x)
    for k in range(parent.size):
        at = k
        while at >= 0:
            expected[:, at] += x[:, k]
            at = parent[at]
    assert np.allclose(echelon_sum(np, parent, location)(x), expected)
    assert np.allclose(echelon_sum(torch_xp, parent, location)(torch.asarray(x)), expected)


def test_depth_counts_the_points_above():
    # store -> dc1 -> dc2; another store -> dc2.
    assert tree_depths(np.array([1, 2, -1, 2])).tolist() == [2, 1, 0, 1]
