"""State -> safety stocks: the analytic rule, trained brains, and how they are trained.

The way through: :func:`safety_stocks` (``selection``) asks the ``policy`` that :func:`find_brain`
finds: :class:`Analytic` (``analytic``, the newsvendor's quantile split over the echelons) or
trained brains (``trained``: ONNX files by ratio, without Torch). The user's own go before them.
:func:`train` (``training``, with the learners of ``learning`` and the worlds of ``environments``)
makes new ones; ``order_policies`` are learned policies that order by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.lazy_names import lazy_names

if TYPE_CHECKING:
    from brain.analytic.newsvendor import Analytic
    from brain.analytic.overrides import NoSafetyStock
    from brain.learning.options import CheckpointDamaged, TrainingDiverged, TrainingOptions
    from brain.policy import SafetyStockPolicy, SafetyStocks
    from brain.selection import find_brain, safety_stocks
    from brain.trained.library import brain_manifest, brain_table, export_brain
    from brain.trained.manifest import Domain, Manifest
    from brain.training.curves import learning_curves
    from brain.training.responses import Response, explain_brain
    from brain.training.train import train
    from scenarios.version import __version__

__all__ = [
    "Analytic",
    "CheckpointDamaged",
    "Domain",
    "Manifest",
    "NoSafetyStock",
    "Response",
    "SafetyStockPolicy",
    "SafetyStocks",
    "TrainingDiverged",
    "TrainingOptions",
    "__version__",
    "brain_manifest",
    "brain_table",
    "explain_brain",
    "export_brain",
    "find_brain",
    "learning_curves",
    "safety_stocks",
    "train",
]

lazy_names(
    __name__,
    {
        "__version__": "scenarios.version",
        "Analytic": "brain.analytic.newsvendor",
        "NoSafetyStock": "brain.analytic.overrides",
        "CheckpointDamaged": "brain.learning.options",
        "TrainingDiverged": "brain.learning.options",
        "TrainingOptions": "brain.learning.options",
        "SafetyStockPolicy": "brain.policy",
        "SafetyStocks": "brain.policy",
        "find_brain": "brain.selection",
        "safety_stocks": "brain.selection",
        "brain_manifest": "brain.trained.library",
        "brain_table": "brain.trained.library",
        "export_brain": "brain.trained.library",
        "Domain": "brain.trained.manifest",
        "Manifest": "brain.trained.manifest",
        "learning_curves": "brain.training.curves",
        "Response": "brain.training.responses",
        "explain_brain": "brain.training.responses",
        "train": "brain.training.train",
    },
)
