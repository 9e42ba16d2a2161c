"""The side panel: what to run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from nicegui import ui

from planner.app.simulate.session import Session
from planner.app.simulate.setup import FACTORS, LONGEST, PLAYABLE, sources
from planner.app.site import Site
from planner.text.names import upper_first


def panel(session: Session, site: Site) -> Callable[[], None]:
    """Everything that can be chosen before a run; returns what keeps its button's words true."""
    found = sources(site.folder)
    if session.setup.source not in found:
        found[session.setup.source] = session.setup.source

    def chose(name: str, kind: Any = None) -> Any:
        def change(event: Any) -> None:
            if event.value is None:
                return
            value = event.value if kind is None else kind(event.value)
            session.setup = dataclasses.replace(session.setup, **{name: value})

        return change

    setup = session.setup
    wrong: set[str] = set()
    """Fields that hold no number in their range."""

    def _number(*arguments: Any) -> None:
        _field(wrong, *arguments)

    with ui.card().props("flat bordered").classes("w-full gap-3"):
        ui.label("Run").classes("font-bold")
        with ui.element("div").classes(
            "w-full grid grid-cols-2 md:grid-cols-3 lg:grid-cols-1 gap-x-4 gap-y-2 items-start"
        ):
            scenario = ui.select(
                found, label="Scenario", value=setup.source, on_change=chose("source")
            )
            scenario.props("dense options-dense").classes("w-full").tooltip(
                "An input of the folder that the app was started on, an example, or a named problem"
            )
            policy = ui.select(
                {name: entry.label for name, entry in PLAYABLE.items()},
                label="Policy",
                value=setup.policy,
                on_change=chose("policy"),
            )
            policy.props("dense options-dense hide-bottom-space").classes("w-full")
            policy.props(f'hint="{_hint(setup.policy)}"')
            policy.on_value_change(lambda event: policy.props(f'hint="{_hint(event.value)}"'))
            hand = ui.switch(
                "I place the orders", value=setup.by_hand, on_change=chose("by_hand", bool)
            )
            hand.classes("w-full").tooltip(
                "The policy then suggests, and is compared with you at the end"
            )
            _number("Horizon (periods)", setup.n_periods, 1, LONGEST, 1, chose("n_periods", int))
            _number("Lead time, added (periods)", setup.lead_time, -30, 60, 1,
                    chose("lead_time", int))  # fmt: skip
            low, high = FACTORS
            _number("Missed-sale cost (times)", setup.missed_sale_cost, low, high, 0.1,
                    chose("missed_sale_cost", float))  # fmt: skip
            _number("Holding cost (times)", setup.holding_cost, low, high, 0.1,
                    chose("holding_cost", float))  # fmt: skip
            _number("Demand noise (times)", setup.noise, 0, high, 0.1, chose("noise", float))
            _number("Seed of demand", setup.seed, 0, 2**31, 1, chose("seed", int))
        with ui.row().classes("w-full items-center gap-2"):

            async def start() -> None:
                await session.start(site.folder.root)

            button = ui.button("Start", icon="flag", on_click=start).props("no-caps unelevated")
            note = ui.label("Changes count from the next start.").classes("caption")

    def update() -> None:
        begun = session.head is not None
        button.set_text("Start anew" if begun else "Start")
        button.set_enabled(not wrong)
        note.set_visibility(begun and session.setup != session.running)

    return update


def _hint(policy: str) -> str:
    """Who orders, in a sentence."""
    return f"{upper_first(PLAYABLE[policy].sentence)}."


def _field(
    wrong: set[str], label: str, value: float, low: float, high: float, step: float, change: Any
) -> None:
    """A field that only takes numbers in a range, and notes where it holds none."""

    def problem(given: float | None) -> str | None:
        if given is None:
            return "type a number"
        return None if low <= given <= high else f"{low:g} to {high:,g}"

    def take(event: Any) -> None:
        if problem(event.value) is None:
            wrong.discard(label)
            change(event)
        else:
            wrong.add(label)

    field = ui.number(label, value=value, min=low, max=high, step=step, validation=problem,
                      on_change=take)  # fmt: skip
    field.props("dense hide-bottom-space").classes("w-full")
