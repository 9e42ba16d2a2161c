"""Train brains with RLlib: several side by side, on this machine or on a Ray cluster.

Every brain is trained by a Ray task. Tasks post progress and checkpoints to one small actor, and
only the caller writes files, so that nothing needs a file system that machines share.

The folder of a training holds ``training.json`` (what was asked for), a folder for every brain
with its latest checkpoint and its TensorBoard events, and in the end ``<brain>.onnx``.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from brain.order import Order, check_order, read_order
from scenarios.errors import Finding, InputError

if TYPE_CHECKING:
    from brain.chains import RandomChains
    from brain.hdpo import Progress, TrainingOptions
    from brain.posts import Done, Job, Post

Report = Callable[[str, "Progress"], None]
CHECKPOINT = "checkpoint.tar.gz"
POLL = 0.5
"""Seconds between looks at what the tasks have posted."""


def train(
    ratios: Sequence[float] = (),
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
    ratios : sequence of float
        Missed-sale cost over holding cost; each gets a brain of its own.
    ratio_range : (float, float), optional
        One more brain for all ratios in between.
    algorithm : {"hdpo", "ppo"}
    out : path
        Folder to write to; it is made. Default: where ``planner`` looks for your brains.
    start : str, optional
        Name or file of the brain whose weights to start from.
    resume : path, optional
        The ``out`` of a training that was stopped or killed. Everything else is read from there.
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
        If something is asked for that cannot be done; before anything is trained.
    TrainingDiverged
        If the cost of a brain is not a finite number any more. Its last good checkpoint is kept,
        and the other brains are written.
    KeyboardInterrupt
        After Ctrl-C, once every training has left a checkpoint to resume from.
    ImportError
        If the extra ``train`` is not installed.
    """
    require_extra()
    if resume is not None:
        if ratios or ratio_range is not None or start is not None or out is not None:
            remedy = "give nothing else, or leave resume out"
            problem = "what to train is read from the folder"
            raise InputError([Finding("resume", problem, remedy, value=str(resume))])
        folder = Path(resume)
        order = read_order(folder)
    else:
        check_order(ratios, ratio_range, algorithm)
        order = _order(ratios, ratio_range, algorithm, start, seed, options, chains)
        folder = _new_folder(order, out)
    layers = None
    if order.start is not None:
        from brain.brain_out import layers_of

        layers = layers_of(order.start)
    if resume is None:
        order.write(folder)
    return _run(order, folder, layers, ray_address, progress)


def default_options(algorithm: Literal["hdpo", "ppo"]) -> TrainingOptions:
    """How long and on how many chains an algorithm trains unless told otherwise."""
    from brain.hdpo import TrainingOptions

    if algorithm == "ppo":
        return TrainingOptions(steps=400, chains=128, periods=40, validate_every=5)
    return TrainingOptions()


def require_extra() -> None:
    """Raise ImportError with the remedy if Ray, Torch or TensorBoard are missing."""
    from importlib.util import find_spec

    missing = [name for name in ("ray", "torch", "tensorboard", "gymnasium") if not find_spec(name)]
    if missing:
        raise ImportError(
            f"training needs {', '.join(missing)}, which the base install leaves out."
            " Remedy: pip install 'echelon-planner[train]'"
        )


def _order(
    ratios: Sequence[float],
    ratio_range: tuple[float, float] | None,
    algorithm: Literal["hdpo", "ppo"],
    start: str | None,
    seed: int,
    options: TrainingOptions | None,
    chains: RandomChains | None,
) -> Order:
    from brain.chains import RandomChains

    options = default_options(algorithm) if options is None else options
    options = dataclasses.replace(
        options, seed=seed, checkpoint_seconds=min(options.checkpoint_seconds, 30.0)
    )
    return Order(
        ratios=tuple(float(ratio) for ratio in ratios),
        ratio_range=None if ratio_range is None else (float(ratio_range[0]), float(ratio_range[1])),
        algorithm=algorithm,
        start=start,
        options=options,
        chains=RandomChains() if chains is None else chains,
    )


def _new_folder(order: Order, out: str | Path | None) -> Path:
    if out is None:
        from brain.registry import user_folder

        out = user_folder()
    folder = Path(out)
    taken = [path for name in order.brains if (path := folder / f"{name}.onnx").exists()]
    taken += [path for name in order.brains if (path := folder / name).exists()]
    if taken:
        remedy = "choose another folder, resume that training, or remove what is there"
        raise InputError([Finding(str(path), "is already there", remedy) for path in taken])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _run(
    order: Order,
    folder: Path,
    layers: Any,
    ray_address: str | None,
    progress: Report | None,
) -> list[Path]:
    """Train what is not there yet."""
    from brain.brain_out import write_brain
    from brain.checkpoint import Interrupts
    from brain.hdpo import TrainingDiverged
    from brain.posts import Job

    files = {name: folder / f"{name}.onnx" for name in order.brains}
    jobs = []
    for name, ratios in order.brains.items():
        if files[name].exists():
            continue
        saved = folder / name / CHECKPOINT
        jobs.append(
            Job(
                name=name,
                source=order.source(ratios),
                algorithm=order.algorithm,
                options=order.options,
                start=layers,
                saved=saved.read_bytes() if saved.exists() else None,
            )
        )
    diverged = []
    stopped = False
    with ExitStack() as stack:
        logs = {job.name: stack.enter_context(_log(folder / job.name)) for job in jobs}
        interrupts = stack.enter_context(Interrupts())

        def heard(post: Post) -> None:
            if post.checkpoint is not None:
                _replace(folder / post.name / CHECKPOINT, post.checkpoint)
            if post.progress is not None:
                for field in ("cost", "relative", "seconds"):
                    value = getattr(post.progress, field)
                    logs[post.name].add_scalar(field, value, post.progress.step)
                logs[post.name].flush()
                if progress is not None:
                    progress(post.name, post.progress)

        if jobs:
            cluster = stack.enter_context(_cluster(ray_address))
            for done in _side_by_side(cluster, jobs, heard, lambda: interrupts.seen):
                if done.outcome == "diverged":
                    diverged.append(f"{done.name}: {done.message}")
                elif done.outcome == "stopped":
                    stopped = True
                else:
                    write_brain(order, done, files[done.name])
    if diverged:
        raise TrainingDiverged(
            f"{'; '.join(diverged)}. The last good checkpoints are kept in {folder}."
            " Train with a smaller learning rate or from another brain"
        )
    if stopped:
        raise KeyboardInterrupt
    return list(files.values())


def _side_by_side(
    ray: Any, jobs: list[Job], heard: Callable[[Post], None], stop: Callable[[], bool]
) -> Iterator[Done]:
    """Run the jobs as Ray tasks, and pass on what they post."""
    from brain.posts import with_device

    class Board:
        """Where tasks leave their posts, and see whether they shall stop."""

        def __init__(self) -> None:
            self.posts: list[Post] = []
            self.stop = False

        def post(self, post: Post) -> bool:
            self.posts.append(post)
            return self.stop

        def collect(self, stop: bool) -> list[Post]:
            self.stop = stop
            posts, self.posts = self.posts, []
            return posts

    def work(job: Job, board: Any, n_threads: int) -> Done:
        import ray as ray_there
        import torch

        from brain.job import run_job

        torch.set_num_threads(n_threads)
        return run_job(job, lambda post: ray_there.get(board.post.remote(post)))

    resources = ray.cluster_resources()
    cores, gpus = int(resources.get("CPU", 1)), resources.get("GPU", 0)
    share = max(1, cores // len(jobs))
    gpu = min(1.0, gpus / len(jobs))
    board = ray.remote(num_cpus=0)(Board).remote()
    task = ray.remote(num_cpus=share, num_gpus=gpu, max_retries=0)(work)
    running = {
        task.remote(with_device(dataclasses.replace(job, use_gpu=gpu > 0)), board, share): job.name
        for job in jobs
    }
    waiting = list(running)
    while waiting:
        ready, waiting = ray.wait(waiting, num_returns=1, timeout=POLL)
        for post in ray.get(board.collect.remote(stop())):
            heard(post)
        for task_id in ready:
            try:
                yield ray.get(task_id)
            except ray.exceptions.RayTaskError as error:
                cause = error.cause
                raise (cause if isinstance(cause, Exception) else error) from None
            except ray.exceptions.RayError as error:
                name = running[task_id]
                raise RuntimeError(f"the training of {name} broke off; resume it") from error


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected; what is started here is stopped in the end."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    ours = not ray.is_initialized()
    if ours:
        local = {"include_dashboard": False} if address is None else {}
        try:
            ray.init(
                address="local" if address is None else address,
                log_to_driver=False,
                logging_level="ERROR",
                **local,
            )
        except ConnectionError as error:
            remedy = "give the address of a running cluster, or none for this machine"
            finding = Finding("ray", "no cluster answers there", remedy, value=address)
            raise InputError([finding]) from error
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()


@contextmanager
def _log(folder: Path) -> Iterator[Any]:
    """A writer of TensorBoard events."""
    from torch.utils.tensorboard import SummaryWriter

    folder.mkdir(parents=True, exist_ok=True)
    writer = SummaryWriter(str(folder))
    try:
        yield writer
    finally:
        writer.close()


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole: a crash leaves the one before it."""
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(content)
    os.replace(draft, path)
