"""The files of a benchmark, by what stands in a folder, a glob or a file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from glob import glob, has_magic
from pathlib import Path

from pipeline.readers.parquet import open_parquet
from schemas.benchmark import RiskTest
from schemas.benchmark_columns import PROBE_ID, PROMPT, QUESTION_ID, TEXT
from schemas.columns import IMAGE
from schemas.errors import ConfigError

KEY = "bench"
_SHARD = re.compile(r"-\d+-of-(\d+)$")
_PUBLISHED = "PRISM_"
_ID_AND_PROMPT = ((PROBE_ID, PROMPT), (QUESTION_ID, TEXT))
_MOST_JSON_BYTES = 256 * 2**20


_PUBLISHED_TESTS = {
    "evaluate_direct": (RiskTest.DISCLOSURE, "Direct"),
    "evaluate_memory": (RiskTest.RETENTION, "Memory"),
    "evaluate_partone_real": (RiskTest.DISCLOSURE, "Real"),
    "evaluate_parttwo_real": (RiskTest.RETENTION, "Real"),
}
"""The published files of MM-Privacy: which test each is, and the folder of its images beside it."""


class BenchForm(StrEnum):
    """How questions stand in a file: rows with their images; lines with question_id, image (a path) and text;
    one object, number -> type and prompt, as the authors of MM-Privacy publish it."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    NUMBERED = "numbered"


_FORMS = {".parquet": BenchForm.PARQUET, ".jsonl": BenchForm.JSONL, ".json": BenchForm.NUMBERED}


@dataclass(frozen=True, slots=True)
class BenchFile:
    """One file of questions. ``images``: the folder that image paths are relative to, None where rows hold
    their images."""

    path: Path
    form: BenchForm
    images: Path | None

    @property
    def name(self) -> str:
        """What the questions of the file are called where their rows name no task: its name without the shard
        and without the authors' prefix ("refusal_soft")."""
        return _SHARD.sub("", self.path.stem).removeprefix(_PUBLISHED)

    @property
    def test(self) -> RiskTest | None:
        """The test of a published file of MM-Privacy; None for any other."""
        return _PUBLISHED_TESTS[self.path.stem][0] if self.path.stem in _PUBLISHED_TESTS else None


def find_bench(bench: str, images: Path | None) -> tuple[BenchFile, ...]:
    """The files of ``bench``, in the order of their names: an output folder of ours (``data/*.parquet``), a
    folder of published files, a glob, or a file. Raises ConfigError where there is none, or where paths of
    images have no folder to start from."""
    paths = _paths(bench)
    if not paths:
        remedy = "holds no questions: give the output of mmscrub disclosure or prism, or Parquet, JSONL, JSON"
        raise ConfigError(KEY, bench, remedy)
    if images is not None and not images.is_dir():
        raise ConfigError("images", images, "must be an existing folder")
    _check_shards(bench, paths)
    files = tuple(BenchFile(path, _FORMS[path.suffix.lower()], images or _beside(path)) for path in paths)
    if any(file.images is None and file.form is not BenchForm.PARQUET for file in files):
        raise ConfigError(
            "images", "(missing)", "give the folder that the benchmark's image paths start from"
        )
    return files


def _paths(bench: str) -> list[Path]:
    if has_magic(bench) and not Path(bench).exists():
        return [path for path in sorted(map(Path, glob(bench))) if _is_bench(path)]  # noqa: PTH207
    path = Path(bench)
    if not path.is_dir():
        if not path.is_file():
            raise ConfigError(KEY, bench, "no such file or folder")
        if path.suffix.lower() not in _FORMS:
            raise ConfigError(KEY, bench, "must end in .parquet, .jsonl or .json")
        return [path]
    for folder, pattern in (
        (path / "data", "*.parquet"),
        (path, "*.parquet"),
        (path, "*.jsonl"),
        (path, "*.json"),
        (path, "*/evaluate_*.json"),
    ):
        found = [file for file in sorted(folder.glob(pattern)) if _is_bench(file)]
        if found:
            return found
    return []


def _beside(path: Path) -> Path | None:
    """The folder of the images of a published file, where it lies beside it."""
    known = _PUBLISHED_TESTS.get(path.stem)
    folder = path.parent / known[1] if known else None
    return folder if folder is not None and folder.is_dir() else None


def _check_shards(bench: str, paths: Sequence[Path]) -> None:
    """Raises ConfigError where files that are named as shards are not all there. A glob may choose some."""
    if has_magic(bench) or len(paths) == 1:
        return
    promised: dict[str, set[int]] = {}
    found: Counter[str] = Counter()
    for path in paths:
        shard = _SHARD.search(path.stem)
        if shard:
            name = path.stem[: shard.start()]
            promised.setdefault(name, set()).add(int(shard[1]))
            found[name] += 1
    broken = sorted(name for name, counts in promised.items() if counts != {found[name]})
    if broken:
        raise ConfigError(KEY, bench, f"holds not all shards of {', '.join(broken)}, or those of two runs")


def _is_bench(path: Path) -> bool:
    """True if the file may hold questions; others lie beside them in output folders."""
    if not path.is_file():
        return False
    match path.suffix.lower():
        case ".parquet":
            with open_parquet(str(path)) as file:
                names = set(file.schema_arrow.names)
            return any({key, text, IMAGE} <= names for key, text in _ID_AND_PROMPT)
        case ".jsonl":
            return _first_line_asks(path)
        case ".json":
            return is_numbered(path)
    return False


def _first_line_asks(path: Path) -> bool:
    with path.open("rb") as file:
        line = file.readline(2**20)
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {QUESTION_ID, TEXT} <= row.keys()


def is_numbered(path: Path) -> bool:
    """True if the file is an object of numbered questions."""
    try:
        numbered = read_numbered(path)
    except ConfigError:
        return False
    return any(isinstance(row, dict) and PROMPT in row for row in numbered.values())


def read_numbered(path: Path) -> dict[str, object]:
    """The object of such a file. Raises ConfigError."""
    try:
        if path.stat().st_size > _MOST_JSON_BYTES:
            raise ConfigError(KEY, path, "is too large for a JSON object: give JSONL")
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(KEY, path, f"cannot be read ({type(error).__name__})") from None
    if not isinstance(content, dict):
        raise ConfigError(KEY, path, "must be one JSON object, number -> type and prompt")
    return content
