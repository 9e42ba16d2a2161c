"""What a scenario is made of: products, locations, lanes, stock points, routes, open orders.

Each is a set of parallel arrays. A field that has the name of a column of the input is that column:
it is read, checked, written, cut and copied without being named anywhere else, and where nobody
gives it, it holds what the schema says of a blank cell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.frozen import freeze
from scenarios.arrays.types import Floats, Ints, Names
from scenarios.attribute import Attribute, check_column
from scenarios.errors import did_you_mean
from scenarios.schema import attributes

Flags = NDArray[np.bool_]
FloatsByPeriod = Annotated[Floats, "by period"]
"""[n, T]; a column of the input gives the value of all periods."""


@dataclass(frozen=True, eq=False)
class Entity:
    """Things of one kind, as parallel arrays with one entry (or row of periods) each.

    Every array has the dtype of its kind: quantities are float64, indices and periods int64, names
    objects, flags bool. Nobody may write to them: an array that can be written to is copied, a
    read-only one is shared (:func:`scenarios.arrays.frozen.frozen`).

    Raises
    ------
    InputError
        If an array is of another kind, shape or length than the others, or holds what the input
        could not: a negative cost, an index that is not whole, a distribution that is not known.
    """

    tables: ClassVar[tuple[str, ...]] = ()
    """Tables of the input that describe them."""
    columns: ClassVar[dict[str, Attribute]] = {}
    """Columns of the input that are fields, by name, in the order of the schema. Keys and names of
    other things are not among them: they become indices."""
    dtypes: ClassVar[dict[str, type]] = {}
    """Of every field."""
    by_period: ClassVar[tuple[str, ...]] = ()
    """Fields with a value for every period."""

    def __init_subclass__(cls) -> None:
        hints = {
            name: hint
            for name, hint in get_type_hints(cls).items()
            if get_origin(hint) is not ClassVar
        }
        # An array's hint is ndarray[shape, dtype[scalar]].
        cls.dtypes = {name: get_args(get_args(hint)[1])[0] for name, hint in hints.items()}
        marked = get_type_hints(cls, include_extras=True)
        cls.by_period = tuple(name for name in hints if get_origin(marked[name]) is Annotated)
        cls.columns = {
            name: column
            for table in cls.tables
            for name, column in attributes(table).items()
            if name in hints and not column.key and column.references is None
        }

    def __post_init__(self) -> None:
        check = Arguments(type(self).__name__)
        size: int | None = None
        for name, dtype in self.dtypes.items():
            values = getattr(self, name)
            typed = check.array(name, values, dtype)
            if typed is None:
                continue
            axes = 2 if name in self.by_period else 1
            if typed.ndim != axes or (size is not None and len(typed) != size):
                several = "n, periods" if axes == 2 else "n"
                remedy = f"give [{several}], with n as in the other arrays"
                check.add(name, f"has the shape {typed.shape}", remedy)
                continue
            size = len(typed)
            if (column := self.columns.get(name)) is not None:
                check_column(check, name, typed, column)
            if typed is not values:
                object.__setattr__(self, name, typed)
        check.refuse()

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Pickles and copies hold arrays that can be written to.
        self.__dict__.update({name: freeze(state[name]) for name in self.dtypes})

    @cached_property
    def bounds(self) -> dict[str, tuple[int, int]]:
        """Least and largest of every index and number of periods; (0, 0) where there are none."""
        whole = [name for name, dtype in self.dtypes.items() if dtype is np.int64]
        arrays = {name: getattr(self, name) for name in whole}
        return {
            name: (int(values.min()), int(values.max())) if values.size else (0, 0)
            for name, values in arrays.items()
        }

    def __len__(self) -> int:
        return len(getattr(self, next(iter(self.dtypes))))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self):,})"

    @classmethod
    def filled(
        cls,
        n: int,
        *,
        n_periods: int = 1,
        parent: tuple[Entity, Ints] | None = None,
        **given: Any,
    ) -> Self:
        """``n`` of them, with the schema's defaults where nothing is given.

        Parameters
        ----------
        n : int
        n_periods : int
            T, of fields that are [n, T].
        parent : tuple, optional
            The products of stock points, or the lanes of routes, and [n] which of them each has:
            columns of which a blank says "the product's" or "the lane's" are theirs.
        **given : array_like
            Fields by name: one value for all of them or [n], and [n, T] of fields by period.

        Returns
        -------
        Entity

        Raises
        ------
        InputError
            If a field is missing that has no default, there is no field of a name, or an array
            cannot be spread to its shape.
        """
        check = Arguments(f"{cls.__name__}.filled")
        check.whole("n", n, least=0)
        check.whole("n_periods", n_periods, least=1)
        defaults: dict[str, Any] = {}
        for name, column in cls.columns.items():
            if column.inherits is not None and parent is not None:
                defaults[name] = getattr(parent[0], name)[parent[1]]
            elif column.inherits is None and column.default is not None:
                defaults[name] = column.default
        cls._known(check, given)
        for name in cls.dtypes.keys() - (defaults | given).keys():
            check.add(name, "is missing", "give it")
        check.refuse()
        values: dict[str, Any] = {}
        for name, value in (defaults | given).items():
            shape = (n, n_periods) if name in cls.by_period else (n,)
            array = np.asarray(value, dtype=None if name in given else cls.dtypes[name])
            if name in cls.by_period and array.ndim == 1:
                array = array[:, None]
            try:
                spread = array if array.shape == shape else np.array(np.broadcast_to(array, shape))
            except ValueError:
                check.add(name, f"has the shape {array.shape}", f"give what spreads to {shape}")
                continue
            values[name] = spread if spread is array else freeze(spread)
        check.refuse()
        return cls(**values)

    @classmethod
    def _known(cls, check: Arguments, given: Mapping[str, object]) -> None:
        for name in given.keys() - cls.dtypes.keys():
            hint = did_you_mean(name, cls.dtypes)
            check.add(name, "is no field", f"leave it out{hint}", given[name])

    def take(self, index: Ints | Flags | slice, **changed: Any) -> Self:
        """Those of an index (or flags), in its order, with some fields given anew.

        Parameters
        ----------
        index : integer array, array of flags, or slice
        **changed : array_like
            Fields by name.

        Returns
        -------
        Entity

        Raises
        ------
        InputError
            If there are no such things or fields.
        """
        check = Arguments(f"{type(self).__name__}.take")
        check.indices("index", index, len(self))
        self._known(check, changed)
        check.refuse()
        values = {
            name: freeze(getattr(self, name)[index]) for name in self.dtypes if name not in changed
        }
        return type(self)(**values, **changed)

    def at_periods(self, period: Ints | slice) -> Self:
        """The same with other periods: those of an index into today's.

        Parameters
        ----------
        period : integer array or slice

        Returns
        -------
        Entity

        Raises
        ------
        InputError
            If there are no such periods.
        """
        check = Arguments(f"{type(self).__name__}.at_periods")
        for name in self.by_period[:1]:
            check.indices("period", period, getattr(self, name).shape[1])
        check.refuse()
        cut = {name: freeze(getattr(self, name)[:, period]) for name in self.by_period}
        return dataclasses.replace(self, **cut)


def differs(column: Attribute, values: NDArray[Any]) -> Flags:
    """Where values are not those of a blank cell."""
    if isinstance(column.default, float) and np.isnan(column.default):
        return ~np.isnan(values)
    return values != column.default


@dataclass(frozen=True, eq=False, repr=False)
class Products(Entity):
    """P products."""

    tables: ClassVar[tuple[str, ...]] = ("products",)

    name: Names
    """[P]"""
    missed_sale_cost: Floats
    """[P] currency per unit"""
    holding_cost: Floats
    """[P] currency per unit and period"""
    unit_cost: Floats
    """[P] currency per unit"""
    price: Floats
    """[P] currency per unit"""
    volume: Floats
    """[P] space of one unit"""
    distribution: Names
    """[P] of demand"""
    shelf_life: Floats
    """Periods a unit can be sold after it came from an external supplier; inf: it keeps."""
    category: Names
    """Group of similar products; "": none."""


@dataclass(frozen=True, eq=False, repr=False)
class Locations(Entity):
    """J locations, each with a ``name``; capacities are volumes, inf where unlimited."""

    tables: ClassVar[tuple[str, ...]] = ("locations",)

    name: Names
    storage_capacity: FloatsByPeriod
    """[J, T] that fits in at the end of a period."""
    throughput_capacity: FloatsByPeriod
    """[J, T] that may leave in a period, all products and lanes together."""


@dataclass(frozen=True, eq=False, repr=False)
class Lanes(Entity):
    """N lanes; ``origin`` is a location index, or -1 for an external supplier of that name."""

    tables: ClassVar[tuple[str, ...]] = ("lanes",)

    origin_name: Names
    """[N]"""
    origin: Ints
    """[N]"""
    destination: Ints
    """[N] index of a location"""
    lead_time: Ints
    """[N] periods"""
    capacity: FloatsByPeriod
    """[N, T] volume that may be shipped in a period, all products together; inf: unlimited."""
    unit_cost: Floats
    """[N] currency per unit shipped"""
    order_cost: Floats
    """[N] currency per order line"""


@dataclass(frozen=True, eq=False, repr=False)
class Points(Entity):
    """K stock points, sorted by location and then product."""

    tables: ClassVar[tuple[str, ...]] = ("product_locations", "inventory")

    product: Ints
    """[K] index"""
    location: Ints
    """[K] index"""
    holding_cost: Floats
    """[K] currency per unit and period"""
    missed_sale_cost: Floats
    """[K] currency per unit"""
    unmet_order_cost: Floats
    """[K] currency per unit"""
    safety_stock: Floats
    """The user's override; nan where the brain decides."""
    on_hand: Floats
    """[K] units at the start of the first period"""
    backlog: Floats
    """[K] units that customers wait for then"""
    sells: Flags
    """True where customers buy, that is where there is a forecast or a history."""


@dataclass(frozen=True, eq=False, repr=False)
class Routes(Entity):
    """A routes, sorted by destination point; ``origin`` is a point, or -1 for outside."""

    tables: ClassVar[tuple[str, ...]] = ("product_lanes",)

    product: Ints
    """[A] index"""
    lane: Ints
    """[A] index"""
    origin: Ints
    """[A]"""
    destination: Ints
    """[A] index of a stock point"""
    lead_time: Ints
    """[A] periods"""
    min_order_quantity: Floats
    """[A] units"""
    order_multiple: Floats
    """Orders are whole multiples of it; 0: any quantity."""
    max_order_quantity: Floats
    """[A] units"""
    unit_cost: Floats
    """[A] currency per unit shipped"""
    order_cost: Floats
    """[A] currency per order"""


@dataclass(frozen=True, eq=False, repr=False)
class OpenOrders(Entity):
    """M deliveries already under way; they arrive in period ``period`` (0: the first)."""

    tables: ClassVar[tuple[str, ...]] = ("open_orders",)

    route: Ints
    """[M] index"""
    period: Ints
    """[M]"""
    quantity: Floats
    """[M] units"""

    def arrivals(self, n_routes: int, n_periods: int) -> Floats:
        """What arrives on each route in each of the first periods.

        Parameters
        ----------
        n_routes, n_periods : int

        Returns
        -------
        array [A, T]
            Units, of so many routes and periods.

        Raises
        ------
        InputError
            If either is no number, or an order is on a route beyond.
        """
        check = Arguments("OpenOrders.arrivals")
        least = self.bounds["route"][1] + 1 if len(self) else 0
        check.whole("n_routes", n_routes, least=least)
        check.whole("n_periods", n_periods, least=0)
        check.refuse()
        arrivals = np.zeros((n_routes, n_periods))
        inside = self.period < n_periods
        np.add.at(arrivals, (self.route[inside], self.period[inside]), self.quantity[inside])
        return arrivals
