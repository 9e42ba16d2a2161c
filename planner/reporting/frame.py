"""The frame of every report: head, style, script, header and footer."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import metadata
from importlib.resources import files
from typing import Any

from planner.reporting.html import Html, join, pack, tag
from planner.reporting.html import data as data_tag
from planner.text.palette import css_variables


def asset(name: str) -> str:
    """A file of this package."""
    return files("planner.reporting").joinpath("assets", name).read_text(encoding="utf-8")


def page(
    title: str,
    headline: Html,
    sections: Sequence[tuple[str, str, Html]],
    *,
    footer: str = "",
    scripts: Sequence[str] = (),
    parts: Sequence[Html] = (),
) -> str:
    """A whole report.

    Parameters
    ----------
    title : str
    headline : Html
        What is to be known in a minute.
    sections : sequence of (id, name, content)
    footer : str
        Where the numbers come from.
    scripts : sequence of str
        Assets besides ``charts.js``.
    parts : sequence of Html
        Script tags of data.
    """
    script = "\n".join(asset(name) for name in ("charts.js", *scripts, "start.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # Only this very script runs, and nothing is fetched from anywhere, whatever names say.
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    policy += "; img-src data:; base-uri 'none'; form-action 'none'"
    version = metadata.version("echelon-planner")
    places = [tag("a", name, href=f"#{name_of}") for name_of, name, _ in sections]
    body = join(
        [
            tag("header", tag("h1", title), headline, id="top"),
            tag("nav", *places, aria_label="Parts of the report"),
            tag(
                "main",
                *(
                    tag("section", tag("h2", name), content, id=name_of)
                    for name_of, name, content in sections
                ),
            ),
            tag("noscript", tag("p", "Charts and the search need JavaScript; tables do not.")),
            tag("footer", tag("p", *([footer, " "] if footer else []),
                              f"Made by echelon-planner {version}.")),
            *parts,
            tag("script", Html(script)),
        ],
        "\n",
    )  # fmt: skip
    head = join(
        [
            Html('<meta charset="utf-8">'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html('<link rel="icon" href="data:,">'),
            tag("title", title),
            tag("style", Html(css_variables() + "\n" + asset("report.css"))),
        ],
        "\n",
    )
    whole = tag("html", Html("\n"), tag("head", head), Html("\n"), tag("body", body), lang="en")
    return f"<!doctype html>\n{whole}\n"


def tiles(*facts: tuple[str, str, str]) -> Html:
    """The figures that matter most: name, figure, what it means."""
    return tag(
        "dl",
        *(
            tag("div", tag("dt", name), tag("dd", figure), tag("dd", meaning, class_="quiet"))
            for name, figure, meaning in facts
        ),
        class_="tiles",
    )


class Charts:
    """Numbers the charts of a page and keeps their data."""

    def __init__(self) -> None:
        self.parts: list[Html] = []

    def add(self, spec: dict[str, Any], **attributes: object) -> Html:
        """The place of a chart; see charts.js for what ``spec`` may say."""
        name = f"chart-{len(self.parts)}"
        self.parts.append(data_tag(name, spec))
        return tag("figure", class_="chart", data_chart=name, **attributes)

    def add_choice(self, label: str, names: Sequence[str], specs: Sequence[dict[str, Any]]) -> Html:
        """One chart to choose from many, which are kept packed."""
        name = f"choice-{len(self.parts)}"
        self.parts.append(pack(name, specs))
        options = [tag("option", text, value=place) for place, text in enumerate(names)]
        return join(
            [
                tag("label", label, " ", tag("select", *options, data_choice=name)),
                tag("figure", class_="chart", id=f"{name}-shown"),
            ]
        )
