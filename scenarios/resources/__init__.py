"""What products share, each kind of it in a file of its own.

``resource`` is what every kind is told as, and ``kinds`` is the list of them: ``storage``, the
volume that fits into a location; ``lane``, the volume that a lane carries in a period;
``throughput``, the volume that leaves a location in a period, over all its lanes. A new kind is a
function in a new file, its name in the list, a field and a column for its capacity, and its rule
in the audit, which states the rules a second time on purpose.
"""

from scenarios.resources.kinds import hard_flows, shared_resources
from scenarios.resources.resource import SharedResource

__all__ = ["SharedResource", "hard_flows", "shared_resources"]
