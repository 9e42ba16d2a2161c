"""YAML files by name and value, in which nothing is silently overruled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from scenarios.errors import Finding, InputError


class _Loader(yaml.SafeLoader):
    """Safe YAML that notes names given twice in one place, of which YAML keeps the last."""

    def __init__(self, stream: str):
        super().__init__(stream)
        self.twice: list[tuple[str, int]] = []

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if str(key.value) in seen:
                self.twice.append((str(key.value), key.start_mark.line + 1))
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> tuple[dict[Any, Any], list[Finding]]:
    """What a file says by name, and a finding for every name that it gives twice.

    Raises
    ------
    InputError
        If it is not UTF-8, not YAML, or holds nothing by name.
    OSError
        If it cannot be read.
    """
    try:
        loader = _Loader(path.read_bytes().decode("utf-8-sig"))
        raw = loader.get_single_data()
    except UnicodeDecodeError:
        finding = Finding(path.name, "the file is not UTF-8 text", "save it as UTF-8")
        raise InputError([finding]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        row = None if mark is None else mark.line + 1
        problem = f"the file is not YAML ({getattr(error, 'problem', None) or error})"
        raise InputError([Finding(path.name, problem, "write 'name: value'", row)]) from None
    if not isinstance(raw, dict):
        raise InputError(
            [Finding(path.name, "holds nothing by name", "write 'input: FOLDER' first")]
        )
    findings = [
        Finding(path.name, "is there twice", "keep one of the two", row, None, name)
        for name, row in loader.twice
    ]
    return raw, findings
