"""What the site of the documents needs beyond Sphinx: faces, input tables, private names."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from docutils.utils import get_source_line
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from docs.tools.references import defined, resolved, trees
from docs.tools.rooms import PACKAGES


def offered(package: str) -> dict[str, Any]:
    """What the face of a package offers, by name."""
    face = importlib.import_module(package)
    return {name: getattr(face, name) for name in face.__all__}


def described_elsewhere(package: str) -> dict[str, str]:
    """Names that a face hands on from a package below -> the name that is described there."""
    below = {
        id(thing): f"{other}.{name}"
        for other in PACKAGES
        if other != package
        for name, thing in offered(other).items()
        if getattr(thing, "__module__", "").partition(".")[0] == other
    }
    return {
        name: below[id(thing)] for name, thing in offered(package).items() if id(thing) in below
    }


def directive_for(thing: Any) -> str:
    """The directive of autodoc that describes something."""
    if inspect.ismodule(thing):
        return "automodule"
    if inspect.isclass(thing):
        return "autoexception" if issubclass(thing, BaseException) else "autoclass"
    return "autofunction" if callable(thing) else "autodata"


class Face(SphinxDirective):
    """Everything that the face of a package offers: functions, then classes, then the rest."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        package = self.arguments[0]
        order = ["autofunction", "autoclass", "autoexception", "autodata", "automodule"]
        handed_on = described_elsewhere(package)
        kinds = {
            name: directive_for(thing)
            for name, thing in offered(package).items()
            if name not in handed_on
        }
        lines: list[str] = []
        for name in sorted(kinds, key=lambda name: (order.index(kinds[name]), name)):
            lines += [f".. {kinds[name]}:: {package}.{name}"]
            if kinds[name] in ("autoclass", "autoexception"):
                lines += ["   :members:"]
            lines += [""]
        if handed_on:
            lines += ["Handed on from the packages below, and described there:", ""]
            lines += [f"- :py:obj:`{package}.{n} <{home}>`" for n, home in handed_on.items()]
        return self.parse_text_to_nodes(StringList(lines, source=package), offset=0)


def input_tables() -> str:
    """Every column of every input table, and the settings, as Markdown."""
    from scenarios.schema import schema_table

    columns = ["name", "type", "unit", "default", "meaning"]
    lines: list[str] = []
    for table, rows in schema_table().groupby("table", sort=False):
        lines += [f"## {table}", "", f"| {' | '.join(columns)} |", "|" + " --- |" * len(columns)]
        for cells in rows[columns].astype(str).to_numpy().tolist():
            name, *others = (cell.replace("|", "\\|") for cell in cells)
            lines += [f"| `{name}` | {' | '.join(others)} |"]
        lines += [""]
    return "\n".join(lines)


def public_names() -> dict[str, str]:
    """Where something is defined -> the name by which a face offers it."""
    return {
        f"{thing.__module__}.{thing.__qualname__}": f"{package}.{name}"
        for package in reversed(PACKAGES)
        for name, thing in offered(package).items()
        if hasattr(thing, "__qualname__") and name not in described_elsewhere(package)
    }


def without_page(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Node | None:
    """What a reference shows whose target has no entry of its own.

    Names of the house that are no part of a face stay text, if they exist; names offered by a face
    lead to its page. Types in signatures may be anything.
    """
    if node["refdomain"] != "py":
        return None
    written_by_hand = isinstance(content, nodes.literal)
    # A target that began with a dot may stand anywhere.
    dot = "." if node.get("refspecific") and written_by_hand else ""
    name = home(dot + node["reftarget"], module_of(node))
    if name is None:
        return None if written_by_hand else content
    public = public_names().get(name, name)
    entry = env.domains.python_domain.objects.get(public)
    if entry is None:
        return content
    if written_by_hand and not node["refexplicit"]:
        # As people import it, whatever module it stands in.
        ending = "()" if content.astext().endswith("()") else ""
        content = nodes.literal("", public + ending, classes=content["classes"])
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, content)


def module_of(node: pending_xref) -> str:
    """The module whose docstring a reference stands in; a face shows docstrings of many."""
    place, _ = get_source_line(node)
    _, _, name = (place or "").rpartition("docstring of ")
    while name and name not in trees():
        name = name.rpartition(".")[0]
    return name


def home(target: str, module: str) -> str | None:
    """Where a name stands, if it is one of the house; ``module`` is where it is used."""
    if module in trees():
        return resolved(target, module)
    return target if defined(target) else None


LEADERBOARDS = """
```{toctree}
:hidden:
:glob:

leaderboard/*
```
"""


def completed(app: Sphinx, page: str, source: list[str]) -> None:
    """Add to a page what only the site shows."""
    if page == "docs/tables":
        source[0] += input_tables()
    elif page == "docs/leaderboard":
        source[0] += LEADERBOARDS


def swap(old: str, new: str) -> Callable[..., None]:
    """What puts one letter for another in the docstrings of attributes."""

    def listener(app: Sphinx, what: str, name: str, thing: Any, opt: Any, lines: list[str]) -> None:
        if what in ("attribute", "data"):
            lines[:] = [line.replace(old, new) for line in lines]

    return listener


def setup(app: Sphinx) -> dict[str, bool]:
    """As Sphinx asks of an extension."""
    app.add_directive("face", Face)
    # Napoleon takes what an attribute's docstring says before a colon for a type; here it is text.
    app.connect("autodoc-process-docstring", swap(":", "\ue000"), priority=100)
    app.connect("autodoc-process-docstring", swap("\ue000", ":"), priority=900)
    app.connect("source-read", completed)
    app.connect("missing-reference", without_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
