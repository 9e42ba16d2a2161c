"""Ray: which cluster is meant, and connecting to it or starting one here."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from scenarios.errors import Finding, InputError

KNOCK = 10.0
"""Seconds to wait for a cluster to answer."""
MOST_PER_CORE = 4
"""Ray starts a process for each of the cores that it is told of: more would be a slip."""
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
"""How a client of gRPC, which Ray speaks, begins: HTTP/2 and no settings of its own."""
SETTINGS = 4
"""Kind of the frame with which a server answers."""


def missing(*packages: str) -> list[str]:
    """Those of the packages that are not installed."""
    return [name for name in packages if not importlib.util.find_spec(name)]


def require(what: str, *packages: str) -> None:
    """Raise ImportError with the remedy if packages of the extra ``train`` are missing."""
    if absent := missing(*packages):
        raise ImportError(
            f"{what} needs {', '.join(absent)}, which the base install leaves out."
            " Remedy: pip install 'echelon-planner[train]'"
        )


@dataclass(frozen=True)
class Address:
    """Where a cluster is."""

    where: str
    """``local``: to be started here; ``auto``: the one that runs here; HOST:PORT;
    ray://HOST:PORT."""
    cores: int | None = None
    """Of a local one; None: those of the machine."""

    @property
    def is_local(self) -> bool:
        """Whether it is to be started here."""
        return self.where == "local"


def read_address(text: str | None) -> Address:
    """The cluster that a text means; none at all is ``local``.

    Raises
    ------
    InputError
        If the text is none of HOST:PORT, ray://HOST:PORT, auto, local and local[N].
    """
    if text is None or text in ("local", "auto"):
        return Address(text or "local")
    if (local := re.fullmatch(r"local\[(\d{1,9})\]", text, re.ASCII)) and int(local[1]) > 0:
        cores, here = int(local[1]), os.cpu_count() or 1
        if cores > MOST_PER_CORE * here:
            problem = f"has more than {MOST_PER_CORE} times the cores of this machine"
            remedy = f"choose local[{here}], or leave the number out"
            raise InputError([Finding("ray", problem, remedy, value=text)])
        return Address("local", cores)
    place = re.fullmatch(r"(?:ray://)?(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})", text, re.ASCII)
    if place and 0 < int(place[1]) < 65536:
        return Address(text)
    remedy = "give HOST:PORT, ray://HOST:PORT, auto, local, or local[N] with N of 1 or more"
    raise InputError([Finding("ray", "is no address of a Ray cluster", remedy, value=text)])


@contextmanager
def cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected; what is started here is stopped in the end.

    Parameters
    ----------
    address : str or None
        See :func:`read_address`. If this process is connected already, it stays so.

    Raises
    ------
    InputError
        If the address is none, or no cluster answers there.
    """
    asked = read_address(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # By default Ray's workers give way to everything else; beside other work they would starve.
    os.environ.setdefault("RAY_worker_niceness", "0")
    import ray

    ours = not ray.is_initialized()
    if ours and asked.is_local:
        ray.init(address="local", num_cpus=asked.cores, include_dashboard=False, **_QUIET)
    elif ours:
        _connect(ray, asked)
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()


_QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}


def _connect(ray: Any, asked: Address) -> None:
    _require_answer(asked)
    try:
        ray.init(address=asked.where, **_QUIET)
    except (ConnectionError, ValueError) as error:
        raise _no_answer(asked) from error
    except RuntimeError as error:
        # Of another version of Ray or Python, as a rule; the first line says so.
        first = str(error).strip().splitlines()[0].rstrip(".:")
        remedy = "use the versions of Ray and Python that run there"
        problem = f"the cluster cannot be used: {first}"
        raise InputError([Finding("ray", problem, remedy, value=asked.where)]) from error


def _require_answer(asked: Address) -> None:
    """Knock first: Ray itself would try for minutes where something else listens, or nothing."""
    where = os.environ.get("RAY_ADDRESS", "") if asked.where == "auto" else asked.where
    host, _, port = where.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), KNOCK) as line:
            # Encrypted, the answer could not be read.
            if os.environ.get("RAY_USE_TLS", "0") == "0":
                line.settimeout(KNOCK)
                line.sendall(HELLO)
                if line.recv(4, socket.MSG_WAITALL)[3:] != bytes([SETTINGS]):
                    raise ConnectionError("something else listens there")
    except (OSError, OverflowError) as error:
        raise _no_answer(asked) from error


def _no_answer(asked: Address) -> InputError:
    remedy = "give the address of a running cluster, or local for this machine"
    return InputError([Finding("ray", "no cluster answers there", remedy, value=asked.where)])
