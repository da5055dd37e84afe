"""The decisions of the record graph, as functions over chunks: read, join images, audit text, clean text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pipeline.config import Mode
from pipeline.corpus_plan import CorpusPlan
from pipeline.image_cache import ImageCache, ImageResult
from pipeline.kept_fields import kept_texts
from pipeline.outcome import Chunk, Outcome
from pipeline.parse_record import parse_record
from pipeline.plan import RunPlan
from pipeline.spool import SpooledRow, read_shard
from pipeline.toolbox import Toolbox
from schemas.errors import RejectRecord, RunFailed
from schemas.reasons import Reason, Stage
from schemas.record import Origin, Record, Role
from schemas.record_key import record_key
from transforms.image.shown_surrogates import shown_surrogates
from transforms.text.audit import audit_conversations
from transforms.text.clean import clean_conversations
from transforms.text.contract import CleanedText, TurnText
from transforms.text.quoted_values import HiddenValues, hidden_values

CHUNK_RECORDS = 64
_ROLE_LENGTH = 9  # "assistant": role names stand in every record and hold nothing


def read_chunks(plan: CorpusPlan, shard: int) -> Iterator[Chunk]:
    """The rows of a shard in chunks of a fixed composition: sorted by record key, 64 at a time."""
    uris = [source.uri for source in plan.sources]
    rows = read_shard(plan.layout.spool, shard, plan.shards, uris)
    copies: Counter[str] = Counter()
    outcomes: list[Outcome] = []
    for row in rows:
        outcomes.append(begin_outcome(row, uris, copies[row.digest], plan))
        copies[row.digest] += 1
    for start in range(0, len(outcomes), CHUNK_RECORDS):
        yield Chunk(shard, start // CHUNK_RECORDS, tuple(outcomes[start : start + CHUNK_RECORDS]))


def begin_outcome(row: SpooledRow, uris: Sequence[str], copy: int, plan: CorpusPlan) -> Outcome:
    """A spooled row as an outcome: readable, or already on its way to quarantine."""
    origin = Origin(uris[row.source], row.row)
    key = record_key(row.digest, copy)
    if row.rejected is not None:
        rejected = row.rejected
        return Outcome(
            key, rejected.record_id, row.source, origin, row.raw, stage=rejected.stage, reason=rejected.reason
        )
    record = parse_record(row.raw, origin, plan.partition_settings().limits)
    record = replace(record, images=row.images)
    return Outcome(key, record.record_id, row.source, origin, row.raw, record)


def join_images(chunk: Chunk, load: Callable[[str], ImageResult | None]) -> Chunk:
    """Adds the result of every image; a record whose image may not be emitted is held back."""
    return replace(chunk, outcomes=tuple(_join(outcome, load) for outcome in chunk.outcomes))


def _join(outcome: Outcome, load: Callable[[str], ImageResult | None]) -> Outcome:
    if outcome.record is None or outcome.reason:
        return outcome
    results = []
    for image in outcome.record.images:
        if not image.sha256:
            continue
        result = load(image.sha256)
        if result is None:
            return _hold_back(outcome, Stage.AUDIT_IMAGE, Reason.INTERNAL_ERROR)
        results.append(result)
    bad = next((result for result in results if result.reason), None)
    joined = replace(outcome, images=tuple(results))
    return joined if bad is None else replace(joined, stage=bad.stage, reason=bad.reason)


def image_loader(plan: RunPlan) -> Callable[[str], ImageResult | None]:
    """Loads image results of this plan from its cache."""
    return ImageCache(plan.layout.image_cache, plan.image_digest()).load


def audit_text(chunk: Chunk, tools: Toolbox) -> Chunk:
    """Adds the text findings of every record that is still on its way."""

    def audit(outcomes: Sequence[Outcome]) -> list[Outcome]:
        conversations = [_conversation(outcome, tools) for outcome in outcomes]
        kept = [_kept_turns(outcome, tools) for outcome in outcomes]
        findings = audit_conversations([*conversations, *kept], rules=tools.rules, parser=tools.parser)
        told = [tuple(sorted({one.attribute for one in found})) for found in findings[len(outcomes) :]]
        return [
            replace(outcome, findings=found, kept_field_findings=names)
            for outcome, found, names in zip(outcomes, findings, told, strict=False)
        ]

    return _each_alone_on_failure(chunk, audit, Stage.AUDIT_TEXT)


def _kept_turns(outcome: Outcome, tools: Toolbox) -> list[TurnText]:
    """The record's other fields: not touched, but not passed over in silence either."""
    hidden = hidden_in(outcome.images, tools.plan)
    kept = kept_texts(_record(outcome))
    return [TurnText(text, question=False, hidden=hidden) for text in kept if len(text) > _ROLE_LENGTH]


def clean_text(chunk: Chunk, tools: Toolbox) -> Chunk:
    """Cleans, verifies and gates the text of every record that is still on its way."""
    if tools.plan.mode is Mode.AUDIT:
        return chunk

    def clean(outcomes: Sequence[Outcome]) -> list[Outcome]:
        cleaned = clean_conversations(
            [_conversation(outcome, tools) for outcome in outcomes],
            [outcome.findings for outcome in outcomes],
            keys=[outcome.record_key for outcome in outcomes],
            policy=tools.plan.policy,
            rules=tools.rules,
            parser=tools.parser,
            embedder=tools.embedder,
            rewriter=tools.rewriter,
        )
        return [_with_text(outcome, text) for outcome, text in zip(outcomes, cleaned, strict=True)]

    return _each_alone_on_failure(chunk, clean, Stage.CLEAN_TEXT)


def _with_text(outcome: Outcome, text: CleanedText) -> Outcome:
    joined = replace(outcome, text=text, findings=text.findings)
    if text.reason is None:
        return joined
    leaks = text.reason in (Reason.TEXT_STILL_LEAKS, Reason.IMAGE_VALUE_QUOTED)
    stage = Stage.VERIFY if leaks else Stage.CLEAN_TEXT
    return replace(joined, stage=stage.value, reason=text.reason.value)


def conversation_of(record: Record, hidden: HiddenValues | None = None) -> list[TurnText]:
    """The turns of a record as the text side sees them. ``hidden``: what its images no longer show."""
    return [TurnText(turn.text, question=turn.role is not Role.GPT, hidden=hidden) for turn in record.turns]


def _conversation(outcome: Outcome, tools: Toolbox) -> list[TurnText]:
    return conversation_of(_record(outcome), hidden_in(outcome.images, tools.plan))


def hidden_in(images: Sequence[ImageResult], plan: RunPlan) -> HiddenValues | None:
    """What the policy takes from the images of a record; None if nothing that a turn could quote."""
    lost = [
        one
        for image in images
        for one in shown_surrogates((*image.findings, *image.late_findings), image.edits)
        if plan.policy.acts_on(one.attribute, one.kind)
    ]
    return hidden_values(lost, plan.key("value")) if lost else None


def _record(outcome: Outcome) -> Record:
    if outcome.record is None:
        raise RejectRecord(Stage.AUDIT_TEXT, Reason.INTERNAL_ERROR)
    return outcome.record


def _each_alone_on_failure(
    chunk: Chunk, step: Callable[[Sequence[Outcome]], list[Outcome]], stage: Stage
) -> Chunk:
    """Runs ``step`` on the records that are still on their way; if it fails, on one at a time, so that
    one bad record costs one record."""
    active = [outcome for outcome in chunk.outcomes if not outcome.reason]
    try:
        done = step(active) if active else []
    except (MemoryError, RunFailed):
        raise
    except Exception:  # noqa: BLE001  (the retry below routes it)
        done = [_alone(outcome, step, stage) for outcome in active]
    by_key = {outcome.record_key: outcome for outcome in done}
    return replace(chunk, outcomes=tuple(by_key.get(o.record_key, o) for o in chunk.outcomes))


def _alone(outcome: Outcome, step: Callable[[Sequence[Outcome]], list[Outcome]], stage: Stage) -> Outcome:
    try:
        return step([outcome])[0]
    except (MemoryError, RunFailed):
        raise
    except Exception:  # noqa: BLE001  (routed to quarantine with its stage)
        return _hold_back(outcome, stage, Reason.ENGINE_FAILED)


def _hold_back(outcome: Outcome, stage: Stage, reason: Reason) -> Outcome:
    return replace(outcome, stage=stage.value, reason=reason.value)
