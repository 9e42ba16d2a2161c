"""Train brains with RLlib: several side by side, on this machine or on a Ray cluster.

Every brain is trained by a Ray task (:mod:`brain.training.parallel`); only the caller writes files.

The folder of a training holds ``training.json`` (what was asked for), a folder for every brain
with its latest checkpoint and its curve (:mod:`brain.training.curves`), and in the end
``<brain>.onnx``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from brain.environments.training_chains import RandomChains
from brain.learning.options import TrainingOptions
from brain.training.request import FILE, TrainingRequest, check_request, read_request
from scenarios.arguments import Arguments
from scenarios.errors import Finding, InputError
from scenarios.writing.atomic import write_atomic
from solver.workers.ray_cluster import cluster, require

if TYPE_CHECKING:
    from brain.learning.options import Progress
    from brain.trained.weights import Layers
    from brain.training.messages import Post

Report = Callable[[str, "Progress"], None]
CHECKPOINT = "checkpoint.pt"
CURRICULUM = ((0.1, 0.15), (0.2, 0.25), (0.3, 0.5))
"""The reference's: std up to 3, 5, then 10 around a mean of 20, for a tenth of the training each;
then everything. Measured: it makes no difference in the end, and is slower in the beginning."""


def train(
    ratios: float | Sequence[float] = (),
    ratio_range: tuple[float, float] | None = None,
    algorithm: Literal["hdpo", "ppo"] = "hdpo",
    out: str | Path | None = None,
    start: str | None = None,
    resume: str | Path | None = None,
    ray_address: str | None = None,
    seed: int = 0,
    progress: Report | None = None,
    *,
    options: TrainingOptions | None = None,
    chains: RandomChains | None = None,
) -> list[Path]:
    """Train brains and write them as files.

    Parameters
    ----------
    ratios : float or sequence of float
        Missed-sale cost over holding cost, 0.001 to 1,000,000; each gets a brain of its own.
    ratio_range : (float, float), optional
        One more brain for all ratios in between.
    algorithm : {"hdpo", "ppo"}
    out : str or Path, optional
        Folder to write to; it is made. Default: where ``planner`` looks for your brains.
    start : str, optional
        Name or file of the brain whose weights to start from.
    resume : str or Path, optional
        The ``out`` of a training that was stopped or killed. Everything else is read from there,
        so nothing but ``ray_address`` and ``progress`` may be given beside it.
    ray_address : str, optional
        Address of a running Ray cluster that has this package; default: this machine.
    seed : int
        Equal seeds give equal brains, to numerical noise.
    progress : callable, optional
        Called with the name of a brain and where its training stands.
    options, chains : optional
        Length and size of the training, and the chains to train on.

    Returns
    -------
    list of Path
        The brain files, in the order of the ratios.

    Raises
    ------
    InputError
        If something is asked for that cannot be done; before anything is trained or written.
    TrainingDiverged
        If the cost of a brain is not a finite number any more. Its last good checkpoint is kept,
        and the other brains are written.
    KeyboardInterrupt
        After Ctrl-C, once every training has left a checkpoint to resume from.
    CheckpointDamaged
        If a training cannot be resumed; the message names its brain.
    ImportError
        If the extra ``train`` is not installed.
    """
    check = Arguments("train")
    if not isinstance(ratios, int | float | Sequence):
        check.add("ratios", "is no number and no list of numbers", "give ratios", ratios)
    check.path("out", out, optional=True)
    check.text("start", start, optional=True)
    check.path("resume", resume, optional=True)
    check.text("ray_address", ray_address, optional=True)
    check.whole("seed", seed, least=0)
    check.call_of("progress", progress, optional=True)
    check.kind("options", options, TrainingOptions, "TrainingOptions", optional=True)
    check.kind("chains", chains, RandomChains, "RandomChains", optional=True)
    check.refuse()
    require_extra()
    ratios = (ratios,) if isinstance(ratios, int | float | str) else tuple(ratios)
    layers = None
    if resume is not None:
        given = {
            "ratios": ratios != (),
            "ratio_range": ratio_range is not None,
            "algorithm": algorithm != "hdpo",
            "out": out is not None,
            "start": start is not None,
            "seed": seed != 0,
            "options": options is not None,
            "chains": chains is not None,
        }
        check_resume([name for name, is_given in given.items() if is_given])
        folder = Path(resume)
        request = read_request(folder)
    else:
        check_request(ratios, ratio_range, algorithm)
        request = _request(ratios, ratio_range, algorithm, start, seed, options, chains)
        folder = _free_folder(request, out)
    # A brain that has left a checkpoint needs the one it started from no more.
    if request.start is not None and (resume is None or _begins_anew(request, folder)):
        from brain.training.export import layers_of

        layers = layers_of(request.start)
        request = _as_wide(request, layers)
    return _run(request, folder, layers, ray_address, progress, new=resume is None)


def check_resume(given: Sequence[str]) -> None:
    """Refuse what is given beside a training to resume.

    Raises
    ------
    InputError
        Naming all of it.
    """
    if given:
        problem = "a training goes on as it was, so nothing can be chosen beside it"
        remedy = "leave these out, or train anew without resume"
        raise InputError([Finding("resume", problem, remedy, value=", ".join(given))])


def default_options(algorithm: Literal["hdpo", "ppo"], start: str | None = None) -> TrainingOptions:
    """How long and on how many chains an algorithm trains unless told otherwise.

    From another brain (``start``) a third of the updates and half the learning rate do.
    """
    if algorithm == "ppo":
        return TrainingOptions(
            steps=400, chains=128, periods=40, validate_every=5, learning_rate=3e-3
        )
    whole = TrainingOptions()
    if start is None:
        return whole
    return dataclasses.replace(
        whole, steps=whole.steps // 3, learning_rate=whole.learning_rate / 2, validate_every=25
    )


def require_extra() -> None:
    """Raise ImportError with the remedy if Ray, Torch or TensorBoard are missing."""
    require("training", "ray", "torch", "tensorboard", "gymnasium")


def _request(
    ratios: Sequence[float],
    ratio_range: tuple[float, float] | None,
    algorithm: Literal["hdpo", "ppo"],
    start: str | None,
    seed: int,
    options: TrainingOptions | None,
    chains: RandomChains | None,
) -> TrainingRequest:
    options = default_options(algorithm, start) if options is None else options
    options = dataclasses.replace(
        options, seed=seed, checkpoint_seconds=min(options.checkpoint_seconds, 30.0)
    )
    return TrainingRequest(
        ratios=tuple(float(ratio) for ratio in ratios),
        ratio_range=None if ratio_range is None else (float(ratio_range[0]), float(ratio_range[1])),
        algorithm=algorithm,
        start=start,
        options=options,
        chains=RandomChains() if chains is None else chains,
    )


def _begins_anew(request: TrainingRequest, folder: Path) -> bool:
    """Whether a brain of a training is neither finished nor has left a checkpoint."""
    return any(
        not (folder / f"{name}.onnx").exists() and not (folder / name / CHECKPOINT).exists()
        for name in request.brains
    )


def _as_wide(request: TrainingRequest, layers: Layers) -> TrainingRequest:
    """The request with a network of the shape of the brain to start from."""
    hidden = tuple(len(bias) for _, bias in layers[:-1])
    if hidden == request.options.hidden:
        return request
    if request.algorithm == "ppo":
        problem = f"its network is {hidden}, ppo trains {request.options.hidden} only"
        remedy = "start from another brain, or train with hdpo"
        raise InputError([Finding("from", problem, remedy, value=request.start)])
    return dataclasses.replace(request, options=dataclasses.replace(request.options, hidden=hidden))


def _free_folder(request: TrainingRequest, out: str | Path | None) -> Path:
    """Where a new training goes, once it is sure that nothing there is in its way."""
    if out is None:
        from brain.trained.registry import user_folder

        out = user_folder()
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError([Finding(str(folder), "is a file", "name a folder to write to")])
    if (folder / FILE).exists():
        before = read_request(folder)
        waiting = [name for name in before.brains if not (folder / f"{name}.onnx").exists()]
        if waiting:
            problem = "a training is not finished here"
            remedy = f"go on with it (resume), remove {FILE}, or choose another folder"
            raise InputError([Finding(str(folder), problem, remedy, value=", ".join(waiting))])
    taken = [path for name in request.brains if (path := folder / f"{name}.onnx").exists()]
    taken += [path for name in request.brains if (path := folder / name).exists()]
    if taken:
        remedy = "choose another folder, resume that training, or remove what is there"
        raise InputError([Finding(str(path), "is already there", remedy) for path in taken])
    return folder


def _run(
    request: TrainingRequest,
    folder: Path,
    layers: Any,
    ray_address: str | None,
    progress: Report | None,
    *,
    new: bool,
) -> list[Path]:
    """Train what is not there yet. The folder of a new training is made once Ray has started."""
    from brain.learning.checkpoint import Interrupts
    from brain.learning.options import TrainingDiverged
    from brain.training.curves import Curve
    from brain.training.export import write_brain
    from brain.training.messages import Job
    from brain.training.parallel import side_by_side

    files = {name: folder / f"{name}.onnx" for name in request.brains}
    jobs = []
    for name, ratios in request.brains.items():
        if files[name].exists():
            continue
        saved = folder / name / CHECKPOINT
        jobs.append(
            Job(
                name=name,
                source=request.source(ratios),
                algorithm=request.algorithm,
                options=request.options,
                start=layers,
                saved=saved.read_bytes() if saved.exists() else None,
            )
        )
    diverged = []
    stopped = False
    with ExitStack() as stack:
        interrupts = stack.enter_context(Interrupts())
        ray = stack.enter_context(cluster(ray_address)) if jobs else None
        if new:
            folder.mkdir(parents=True, exist_ok=True)
            request.write(folder)
        logs = {job.name: stack.enter_context(Curve(folder / job.name)) for job in jobs}

        def heard(post: Post) -> None:
            if post.checkpoint is not None:
                write_atomic(folder / post.name / CHECKPOINT, post.checkpoint)
            if post.progress is not None:
                logs[post.name].add(post.progress)
                if progress is not None:
                    progress(post.name, post.progress)

        if jobs:
            for done in side_by_side(ray, jobs, heard, lambda: interrupts.seen):
                if done.outcome == "diverged":
                    diverged.append(f"{done.name}: {done.message}")
                elif done.outcome == "stopped":
                    stopped = True
                else:
                    write_brain(request, done, files[done.name])
    if diverged:
        raise TrainingDiverged(
            f"{'; '.join(diverged)}. The last good checkpoints are kept in {folder}."
            " Train with a smaller learning rate or from another brain"
        )
    if stopped:
        raise KeyboardInterrupt
    return list(files.values())
