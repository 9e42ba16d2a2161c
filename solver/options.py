"""What the optimiser may be told; the defaults are what the measurements favour."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from scenarios.checked_model import CheckedModel


class SolverOptions(CheckedModel):
    """Options of :func:`solver.optimise`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_limit: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description="Seconds for the whole call, building included; default: a minute, or more for"
        " large chains.",
    )
    gap: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.005,
        description="Relative gap at which the search for better integral orders stops.",
    )
    threads: Annotated[int, Field(ge=1)] = Field(default=1, description="Threads of HiGHS.")
    solver: Literal["auto", "monolith", "decomposed"] = Field(
        default="auto",
        description="One program for all products, or blocks of products that prices of the shared"
        " capacities coordinate; auto: by size.",
    )
    memory: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description="Gigabytes that a large plan may take; default: 6, or more if it needs them and"
        " they are free.",
    )
    shortfall: Literal["risk_aware", "flat"] = Field(
        default="risk_aware", description="How a stock below its safety stock is priced."
    )
    flat_shortfall: Annotated[float, Field(gt=0)] = Field(
        default=0.5,
        description="Flat variant: cost per unit short, as a share of the missed-sale cost.",
    )
    shortfall_tiers: Annotated[int, Field(ge=1, le=50)] = Field(
        default=5, description="Linear pieces between an empty shelf and the safety stock."
    )
    capacity: Literal["risk_aware", "flat"] = Field(
        default="risk_aware",
        description="Charge the expected overflow, or only that of the mean plan.",
    )
    capacity_tiers: Annotated[int, Field(ge=2, le=50)] = Field(
        default=8,
        description="Linear pieces of the expected overflow from -2 to +2 standard deviations.",
    )
    lost_sales: Literal["never_refused", "priced"] = Field(
        default="never_refused",
        description="Whether a sale may be refused where that is cheaper; for certain demand.",
    )
