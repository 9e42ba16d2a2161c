"""Settings of a scenario: the one place where each is named, typed, defaulted and explained."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from scenarios.checked_model import CheckedModel


class Settings(CheckedModel):
    """How time, unmet demand and costs are treated; one ``settings.yaml`` per scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_date: datetime.date | None = Field(
        default=None,
        description="First period of the plan; default: the first date of the forecast, or the"
        " first period after the history.",
    )
    period: Literal["D", "W"] = Field(
        default="D", description="Length of a period: D (day) or W (week)."
    )
    horizon: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None,
        description="Periods to plan; default: up to the last date of the forecast, or, with a"
        " history alone, 28 days or 13 weeks (more where lead times are long).",
    )
    review_period: int = Field(
        default=1,
        ge=1,
        le=100,
        description="Orders are placed every so many periods, first at the start.",
    )
    commit_periods: int = Field(
        default=1,
        ge=1,
        le=100,
        description="Orders of the first so many periods are released now and obey lot rules;"
        " later ones are planned and may be fractional.",
    )
    unmet_demand: Literal["lost", "backlog"] = Field(
        default="lost", description="Customer demand that stock cannot meet is lost, or waits."
    )
    unmet_orders: Literal["lost", "backlog"] = Field(
        default="lost", description="What an origin cannot ship of an order is cancelled, or owed."
    )
    sharing: Literal["proportional", "in_order"] = Field(
        default="proportional",
        description="How destinations share an origin's stock that is short: in proportion to what"
        " they ask; or in the order of the locations table, first what is owed and then new"
        " orders.",
    )
    timeline: Literal["order_first", "receive_first"] = Field(
        default="order_first",
        description="Order of events in a period: ship from opening stock and then receive,"
        " or receive and then ship.",
    )
    end_of_life: bool = Field(
        default=False,
        description="Stock left after the last period is worth nothing; otherwise demand goes on.",
    )
    expiry_check: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="Expired goods are taken off the shelf every so many periods, at the end of the"
        " last of them; until then they are still sold.",
    )
    in_transit_holding: Literal["none", "origin", "destination"] = Field(
        default="none", description="Whose holding cost a unit pays while it is under way."
    )
    overflow_cost: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Cost of one unit of volume above a storage capacity for one period;"
        " default: 20 times the location's mean holding cost per unit of volume.",
    )
    currency: str = Field("", max_length=8, description="Currency of all costs, for display only.")

    @property
    def shipping_lag(self) -> int:
        """Periods that stock rests at a location before it can be shipped on (0 or 1)."""
        return 1 if self.timeline == "order_first" else 0

    @property
    def season(self) -> int:
        """Periods after which a week, or four weeks, come round again."""
        return 7 if self.period == "D" else 4

    @property
    def days(self) -> int:
        """Length of a period."""
        return 1 if self.period == "D" else 7


SETTING_UNITS = {
    "horizon": "periods", "review_period": "periods", "commit_periods": "periods",
    "expiry_check": "periods", "overflow_cost": "currency/volume/period",
}  # fmt: skip
"""Units of the settings that are numbers."""
