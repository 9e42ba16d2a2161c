"""Bundled examples by the names that the command init knows, as scenarios and as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scenarios.arguments import Arguments
from scenarios.examples.bundled import retail_chain, single, stores
from scenarios.model.scenario import Scenario

EXAMPLES: dict[str, Callable[..., Scenario]] = {
    "retail-chain": retail_chain, "stores": stores, "single": single
}  # fmt: skip
"""By the name that the command init knows."""


def example(name: str = "retail-chain", n_products: int | None = None, seed: int = 0) -> Scenario:
    """One of the bundled examples.

    Parameters
    ----------
    name : {"retail-chain", "stores", "single"}
    n_products : int, optional
        Default: 200 of the retail chain, 40 of the stores. ``single`` has one product.
    seed : int
        Equal seeds give equal scenarios.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If there is no such example, or it cannot be of that size.
    """
    check = Arguments("example")
    check.choice("name", name, EXAMPLES)
    check.whole("n_products", n_products, least=1, optional=True)
    check.whole("seed", seed, least=0)
    if name == "single" and n_products not in (None, 1):
        check.add("n_products", "single has one product", "leave it out", n_products)
    check.refuse()
    size = {} if n_products is None or name == "single" else {"n_products": n_products}
    return EXAMPLES[name](seed=seed, **size)


def write_example(
    folder: str | Path,
    name: str = "retail-chain",
    n_products: int | None = None,
    seed: int = 0,
    *,
    file_format: str = "csv",
) -> Path:
    """Write the tables of a bundled example, as ``planner init`` does.

    Parameters
    ----------
    folder : str or Path
        Folder to make; it must not exist.
    name, n_products, seed
        As in :func:`example`.
    file_format : {"csv", "csv.gz", "parquet"}

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If there is no such example or format.
    FileExistsError
        If there is something at ``folder``.
    """
    check = Arguments("write_example")
    check.path("folder", folder)
    check.refuse()
    example(name, n_products, seed).write(folder, file_format=file_format)
    return Path(folder)
