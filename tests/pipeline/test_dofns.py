"""Every step of the graph as a Beam transform: what goes in, what comes out, over any number of bundles."""

from dataclasses import replace

import apache_beam as beam
import pytest
from apache_beam.ml.inference.base import RunInference
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from pipeline import dofns
from pipeline.config import make_config
from pipeline.graph import images
from pipeline.plan import make_plan
from pipeline.policy_file import load_policy
from pipeline.readers.open import list_sources
from pipeline.record_stage import audit_text, clean_text, image_loader, join_images, read_chunks
from pipeline.shard_writer import ShardReport, finished_report, shard_input_key
from pipeline.spool import SLOTS, read_images
from pipeline.toolbox import toolbox_of
from tests.small_corpus import SMALL_SHARDS

SHARDS = 4


def run_pipeline():
    """A pipeline on the runner that production names."""
    return TestPipeline(options=PipelineOptions(["--runner=FnApiRunner", "--direct_running_mode=in_memory"]))


@pytest.fixture(scope="module")
def plan(small_corpus, tmp_path_factory):
    """The plan of the small corpus, partitioned, its images processed."""
    out = tmp_path_factory.mktemp("dofns")
    settings = {"input": str(small_corpus / "corpus.json"), "images": str(small_corpus / "images")}
    config = make_config(settings | {"out": out, "shards": SMALL_SHARDS})
    plan = make_plan(config, tuple(list_sources(config.input)), load_policy("standard"))
    plan.layout.prepare()
    with run_pipeline() as p:
        p | beam.Create([0]) | beam.ParDo(dofns.PartitionSources(plan))
    fields = {"extra": ["struct", {"score": "float64", "tags": ["list", "string"]}]}
    plan = replace(plan, shards=SHARDS, fields=fields)
    with run_pipeline() as p:
        images(p, plan, range(SLOTS))
    return plan


def chunks_of(plan):
    return [chunk for shard in range(SHARDS) for chunk in read_chunks(plan, shard)]


def joined(plan):
    return [join_images(chunk, image_loader(plan)) for chunk in chunks_of(plan)]


def test_partition_sources_reports_what_it_read(plan):
    with run_pipeline() as p:
        reports = p | beam.Create([0]) | beam.ParDo(dofns.PartitionSources(plan))
        assert_that(
            reports | beam.Map(lambda r: (r.source, r.rows, r.several_images)), equal_to([(0, 42, False)])
        )


def test_process_images_counts_every_distinct_image_once(plan):
    with run_pipeline() as p:
        tallies = images(p, plan, range(SLOTS))
        assert_that(tallies | beam.Map(lambda t: t["images|distinct"]), equal_to([1, 1, 1]))


def test_an_image_that_is_in_the_cache_is_not_processed_again(plan, monkeypatch):
    monkeypatch.setattr(dofns, "process_image", lambda *_: pytest.fail("processed again"))
    with run_pipeline() as p:
        images(p, plan, range(SLOTS))


@pytest.mark.parametrize("bundles", [1, 2, 100])
def test_chunks_do_not_depend_on_bundles(plan, bundles):
    expected = chunks_of(plan)
    with run_pipeline() as p:
        shards = p | beam.Create(list(range(SHARDS))) | beam.Reshuffle(num_buckets=bundles)
        read = shards | beam.ParDo(dofns.ReadShards(plan)).with_outputs("done", main="chunks")
        assert_that(read.chunks, equal_to(expected), label="chunks")
        assert_that(read.done, equal_to([]), label="nothing done")


@pytest.mark.parametrize("bundles", [1, 2, 100])
def test_join_images_adds_the_result_of_every_image(plan, bundles):
    with run_pipeline() as p:
        chunks = p | beam.Create(chunks_of(plan)) | beam.Reshuffle(num_buckets=bundles)
        assert_that(chunks | beam.ParDo(dofns.JoinImages(plan)), equal_to(joined(plan)))


@pytest.mark.parametrize("bundles", [1, 2, 100])
def test_text_steps_give_the_same_whatever_the_bundles(plan, bundles):
    tools = toolbox_of(plan)
    expected = [(chunk.shard, clean_text(audit_text(chunk, tools), tools)) for chunk in joined(plan)]
    with run_pipeline() as p:
        chunks = p | beam.Create(joined(plan)) | beam.Reshuffle(num_buckets=bundles)
        audited = chunks | RunInference(dofns.AuditText(plan))
        assert_that(audited | beam.ParDo(dofns.CleanText(plan)), equal_to(expected))


@pytest.mark.parametrize("failure", [ValueError, TimeoutError])
def test_one_failing_record_costs_one_record(plan, monkeypatch, failure):
    from pipeline import record_stage

    real = record_stage.audit_conversations

    def fails_on_bears(conversations, **settings):
        if any("bear" in turn.text for conversation in conversations for turn in conversation):
            raise failure("an engine's own text")
        return real(conversations, **settings)

    monkeypatch.setattr(record_stage, "audit_conversations", fails_on_bears)
    tools = toolbox_of(plan)
    outcomes = [o for chunk in joined(plan) for o in audit_text(chunk, tools).outcomes]
    for outcome in outcomes:
        has_bear = any("bear" in turn.text for turn in outcome.record.turns)
        assert (outcome.reason == "engine_failed") == has_bear
        assert outcome.stage == ("audit_text" if has_bear else "")


def test_write_shards_leaves_a_marker_that_read_shards_finds(plan):
    tools = toolbox_of(plan)
    cleaned = [(chunk.shard, clean_text(audit_text(chunk, tools), tools)) for chunk in joined(plan)]
    with run_pipeline() as p:
        grouped = p | beam.Create(cleaned) | beam.GroupByKey()
        reports = grouped | beam.ParDo(dofns.WriteShards(plan))
        rows = [(s, sum(len(c.outcomes) for shard, c in cleaned if shard == s)) for s in range(SHARDS)]
        assert_that(reports | beam.Map(lambda r: (r.shard, r.rows)), equal_to(rows))
    keys = {shard: shard_input_key(plan, shard) for shard in range(SHARDS)}
    done = [finished_report(plan, shard, key, ShardReport) for shard, key in keys.items()]
    with run_pipeline() as p:
        read = (
            p
            | beam.Create(list(range(SHARDS)))
            | beam.ParDo(dofns.ReadShards(plan)).with_outputs("done", main="c")
        )
        assert_that(read.done, equal_to(done))
        assert_that(read.c, equal_to([]), label="no chunks")
    assert len(list(read_images(plan.layout.spool, 0))) <= 3


def test_a_shard_that_lost_a_record_fails_the_run(plan):
    from pipeline.shard_writer import write_shard
    from schemas.errors import RunFailed

    chunk = next(chunk for chunk in joined(plan) if chunk.outcomes)
    short = replace(chunk, outcomes=chunk.outcomes[:-1])
    with pytest.raises(RunFailed, match="does not balance"):
        write_shard(plan, chunk.shard, [short], "key")
    double = replace(chunk, outcomes=(*chunk.outcomes, chunk.outcomes[0]))
    with pytest.raises(RunFailed, match="does not balance"):
        write_shard(plan, chunk.shard, [double], "key")
