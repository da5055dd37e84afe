"""One shard of the benchmark in every arm: the same rows, treated."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.layout import write_atomically
from pipeline.mitigation.bench_files import BenchShard, Shown, image_of, read_rows, shown_in
from pipeline.mitigation.built import Built, record_id
from pipeline.mitigation.plan import MitigationPlan
from pipeline.mitigation.treated import Treated, read_treated
from pipeline.parquet_file import write_parquet
from pipeline.shard_writer import finished_report
from schemas.benchmark import PrivateType
from schemas.benchmark_columns import HEIGHT, PERSONA_ID, SHOWN_PERSONA_ID, WIDTH
from schemas.columns import CONVERSATIONS, ID, IMAGE, VALUE
from schemas.errors import RejectRecord, RunFailed
from transforms.disclosure.arms import Arm, Side, Treatment
from transforms.disclosure.hiding import blank_image, hide_print, hide_values


@dataclass(frozen=True, slots=True)
class PartReport:
    """What came of one shard. ``files``: paths below OUT with their sizes; ``sha256``: of the Parquet files;
    ``tally``: per arm the counts of ``summary.json``."""

    shard: int
    input_key: str
    rows: int
    quarantined: int = 0
    files: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    tally: dict[str, dict[str, int]] = field(default_factory=dict)


def treat_part(plan: MitigationPlan, index: int) -> PartReport:
    """Writes one shard of every arm, or finds that it is written."""
    part, layout = plan.parts[index], plan.layout
    input_key = plan.part_digest(part)
    done = finished_report(plan, index, input_key, PartReport)
    if done is not None:
        return done
    treatment = _PartTreatment(plan, part, index, read_treated(layout.treated, plan.treated))
    for arm in plan.arms:
        if arm.side == part.side:
            treatment.write(arm)
    report = PartReport(
        shard=index,
        input_key=input_key,
        rows=max((tally["rows"] + tally["withheld_rows"] for tally in treatment.tally.values()), default=0),
        files=treatment.files,
        sha256=treatment.digests,
        tally={name: dict(tally) for name, tally in treatment.tally.items()},
    )
    write_atomically(layout.done_marker(index, plan.shards), json.dumps(asdict(report)).encode())
    return report


class _PartTreatment:
    def __init__(self, plan: MitigationPlan, part: BenchShard, index: int, treated: Treated) -> None:
        self._plan, self._part, self._index, self._treated = plan, part, index, treated
        self._images: dict[tuple[str, frozenset[PrivateType]], bytes] = {}
        self.files: dict[str, int] = {}
        self.digests: dict[str, str] = {}
        self.tally: dict[str, Counter[str]] = {}

    def write(self, arm: Arm) -> None:
        """Writes the shard of one arm and, of a memory set, its samples for the training lists."""
        layout = self._plan.layout
        tally = self.tally[arm.name] = Counter()
        path = layout.arm(arm.name) / self._part.name
        samples: list[str] = []
        count, digest = write_parquet(
            path,
            self._part.features,
            self._rows(arm, samples, tally),
            layout.work / "tmp",
            repeated_images=self._part.side == Side.INFERENCE,
        )
        tally["rows"] = count
        self.digests[self._remember(path)] = digest
        if self._part.side == Side.MEMORY:
            listed = layout.list_part(arm.name, self._index, self._plan.shards)
            write_atomically(listed, "".join(samples).encode())
            self._remember(listed)

    def _rows(
        self, arm: Arm, samples: list[str], tally: Counter[str]
    ) -> Iterator[tuple[dict[str, Any], int]]:
        last = ""
        for row in read_rows(self._plan.config.bench, self._part):
            shown = shown_in(self._part.side, row)
            new, last = shown.image_id != last, shown.image_id
            treated = self._treat(arm, row, shown, tally, new=new)
            if treated is None:
                tally["withheld_rows"] += 1
                continue
            if self._part.side == Side.MEMORY:
                samples.append(json.dumps(self._sample(treated), ensure_ascii=False) + "\n")
            yield treated, len(treated[IMAGE]["bytes"]) if new else 0

    def _treat(
        self, arm: Arm, row: dict[str, Any], shown: Shown, tally: Counter[str], *, new: bool
    ) -> dict[str, Any] | None:
        """The row as the arm has it; None if a build held it back."""
        data, _ = image_of(row)
        turns = row.get(CONVERSATIONS)
        if arm.treatment == Treatment.PIPELINE:
            built = self._treated.built.get(record_id(arm.side, shown.image_id))
            if built is None and arm.side == Side.MEMORY:
                return None
            image, said = self._built(built, row), list(built.conversations) if built else None
        else:
            image, said = self._by_gold(arm, row, shown, tally, new=new)
        if new:
            tally["images"] += 1
            tally["images_changed"] += image["bytes"] != data
            if arm.treatment == Treatment.PIPELINE:
                tally["images_withheld"] += built is None
        changed = row | {IMAGE: image}
        if arm.side == Side.MEMORY and said is not None:
            tally["labels_changed"] += said != turns
            changed[CONVERSATIONS] = said
        return changed

    def _by_gold(
        self, arm: Arm, row: Mapping[str, Any], shown: Shown, tally: Counter[str], *, new: bool
    ) -> tuple[dict[str, Any], list[dict[str, str]] | None]:
        """Image and conversation with the arm's facts hidden. What cannot be opened is shown empty."""
        data, _ = image_of(row)
        persona = row[PERSONA_ID] if arm.side == Side.MEMORY else row[SHOWN_PERSONA_ID] or ""
        hidden = self._treated.hidden_of(persona, arm)
        image = row[IMAGE]
        if arm.on_images and hidden:
            try:
                image = image | {"bytes": self._redacted(data, shown, hidden)}
            except RejectRecord:
                image = self._built(None, row)
                tally["images_unreadable"] += new
        turns = row.get(CONVERSATIONS)
        if not turns or not arm.on_labels:
            return image, turns
        values = self._treated.values.get(persona, {})
        return image, [turn | {VALUE: hide_values(turn[VALUE], values, hidden)} for turn in turns]

    def _redacted(self, data: bytes, shown: Shown, hidden: frozenset[PrivateType]) -> bytes:
        printed = hidden & {one.private_type for one in shown.fields if one.private_type}
        place = (shown.image_id, printed)
        if place not in self._images:
            plan = self._plan
            self._images[place] = hide_print(
                data, shown.fields, printed, plan.policy, plan.image_limits, plan.key
            )
        return self._images[place]

    def _built(self, built: Built | None, row: Mapping[str, Any]) -> dict[str, Any]:
        """The image that the build left; an empty one of its size where it was held back: a model that is
        asked has to be shown something."""
        if built is None:
            name = Path(row[IMAGE]["path"] or "held-back").stem
            return {"bytes": blank_image(row[WIDTH], row[HEIGHT]), "path": f"{name}.png"}
        path = self._plan.layout.build / "llava" / "images" / built.image
        try:
            return {"bytes": path.read_bytes(), "path": row[IMAGE]["path"]}
        except OSError as error:
            raise RunFailed("the build lost an image: run again with --force") from error

    def _sample(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A training sample whose image lies in ``images/`` under the digest of its content."""
        data, suffix = image_of(row)
        name = f"{sha256(data).hexdigest()}{suffix if suffix in ('.png', '.jpg') else '.png'}"
        target = self._plan.layout.images / name
        if not target.exists():
            write_atomically(target, data, durable=False)
        self._remember(target)
        return {ID: row[ID], IMAGE: f"images/{name}", CONVERSATIONS: row[CONVERSATIONS]}

    def _remember(self, path: Path) -> str:
        name = str(path.relative_to(self._plan.layout.root))
        self.files[name] = path.stat().st_size
        return name
