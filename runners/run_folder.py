"""The output folder of a local run: what it may be, and having it for oneself while the run goes on."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from pipeline.config import RunConfig
from pipeline.disclosure.config import DisclosureConfig
from pipeline.layout import WORK, Layout
from pipeline.mitigation.config import MitigationConfig
from pipeline.prism.config import PrismConfig
from pipeline.readers.source import Form, Source
from pipeline.watermark.config import WatermarkConfig
from schemas.errors import ConfigError, RunFailed

CorpusConfig = RunConfig | WatermarkConfig | PrismConfig
AnyConfig = CorpusConfig | DisclosureConfig | MitigationConfig


def check_places(config: CorpusConfig, sources: Sequence[Source]) -> None:
    """Refuses places that would lose or mix data. Raises ConfigError."""
    out = config.out.absolute()
    if config.images == "" and any(source.form in (Form.JSON, Form.JSONL) for source in sources):
        allowed = ", or 'none'" if isinstance(config, RunConfig) else ""
        raise ConfigError("images", "(missing)", f"give the folder that image paths are relative to{allowed}")
    check_out(config, {source.name for source in sources})
    for source in sources:
        if out.resolve() in Path(source.uri).resolve().parents:
            raise ConfigError("out", str(config.out), "holds the input; a run would replace what it reads")


def check_out(config: AnyConfig, names: set[str]) -> None:
    """Refuses an output folder that holds something else, or what is read. ``names``: the inputs of the run.
    Raises ConfigError."""
    out = config.out.absolute()
    if out.exists() and not out.is_dir():
        raise ConfigError("out", str(config.out), "is a file; give a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / WORK).is_dir():
        raise ConfigError("out", str(config.out), "is not empty and holds no mmscrub run; give a new folder")
    _refuse_other_run(config, out, names)
    root = config.image_root
    if root is not None and out.resolve() in (root.resolve(), *root.resolve().parents):
        raise ConfigError("out", str(config.out), "holds the images; give a folder of its own")


def _refuse_other_run(config: AnyConfig, out: Path, names: set[str]) -> None:
    """A finished run is replaced only by a run of the same kind over the same inputs, or with ``force``."""
    layout = Layout(out)
    if config.force or not layout.manifest.is_file():
        return
    try:
        manifest = json.loads(layout.manifest.read_bytes())
        earlier = {str(entry["name"]) for entry in manifest["inputs"]}
        mode = manifest["settings"]["mode"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            "out", str(config.out), "holds an unreadable manifest.json; give a new folder"
        ) from error
    if mode != config.mode.value or earlier != names:
        told = ", ".join(sorted(earlier))
        raise ConfigError(
            "out",
            str(config.out),
            f"holds a finished {' of '.join([mode, *filter(None, [told])])}; give a new folder, or --force",
        )


@contextmanager
def prepared(layout: Layout, done_with_force: Collection[Path] = ()) -> Iterator[None]:
    """The output folder, made and locked for this run. ``done_with_force``: what is to be done again."""
    try:
        layout.prepare()
        lock = layout.lock.open("w")
    except OSError as error:
        raise ConfigError("out", str(layout.root), f"cannot be written ({error.strerror})") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError("out", str(layout.root), "another run is writing there; wait for it") from error
        layout.manifest.unlink(missing_ok=True)
        for leftover in (layout.spool, layout.work / "tmp", *done_with_force):
            rmtree(leftover, ignore_errors=True)
        layout.prepare()
        yield


@contextmanager
def disk_errors(layout: Layout) -> Iterator[None]:
    """A full disk or a place that was taken away is no defect of ours: one line, and the run can go on."""
    try:
        yield
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise RunFailed(f"{layout.root}: {what}; a new run goes on where this one stopped") from error
