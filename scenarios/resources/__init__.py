"""What products share: room, lanes and throughput, each kind of it in a file of its own.

``resource``    :class:`SharedResource`, which every kind is told as
``storage``     volume that fits into a location
``lane``        volume that a lane carries in a period
``throughput``  volume that leaves a location in a period, over all its lanes
``kinds``       the list of them, and those of a scenario

A new kind is a file here with one function and its name in ``kinds.KINDS``; a field and a column
for its capacity (``scenarios.model.capacities``, ``scenarios.schema``); and its rule in the audit,
which is stated there a second time on purpose.
"""

from scenarios.resources.kinds import hard_flows, shared_resources
from scenarios.resources.resource import SharedResource

__all__ = ["SharedResource", "hard_flows", "shared_resources"]
