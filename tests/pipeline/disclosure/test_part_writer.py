"""What a part leaves where an image cannot be made: neither twin is asked about, and the books say so."""

import pyarrow.parquet as pq
import pytest

from pipeline.disclosure import render_step
from pipeline.disclosure.config import make_disclosure_config
from pipeline.disclosure.design_step import design_benchmark, parts_of, read_part, write_design
from pipeline.disclosure.part_writer import write_part
from pipeline.disclosure.plan import DisclosurePlan
from pipeline.disclosure.render_step import make_image
from pipeline.shard_writer import finished_report
from schemas.errors import RejectRecord, RunFailed
from schemas.reasons import Reason, Stage


@pytest.fixture
def plan(tmp_path):
    written = {
        "out": tmp_path / "out",
        "types": ["email"],
        "scenarios": ["open"],
        "tasks": ["direct", "summary"],
        "disclosure": {"forms": 3, "photographs": 0},
        "retention": {"forms": 1, "scenes": 0, "photographs": 0},
        "memory": {"personas": 2},
    }
    plan = DisclosurePlan(make_disclosure_config(written))
    design = design_benchmark(plan.config, plan.key)
    plan = DisclosurePlan(plan.config, parts=parts_of(design, 100))
    write_design(plan, design)
    return plan


def made(plan, unit, broken=(), monkeypatch=None):
    render = render_step.render_form

    def render_some(order, key):
        if (order.image_id, len(order.shown)) in broken:
            raise RejectRecord(Stage.RENDER, Reason.VALUE_NOT_PRINTABLE)
        return render(order, key)

    if monkeypatch is not None:
        monkeypatch.setattr(render_step, "render_form", render_some)
    return [make_image(place, one, plan) for place, one in enumerate(read_part(plan, unit))]


def rows(path):
    return pq.read_table(path).to_pylist()


def test_an_image_that_cannot_be_made_takes_its_twin_to_quarantine(plan, monkeypatch):
    # The decoy of item 2: the same order with the value blank.
    images = made(plan, 0, {("disclosure-00002", 1)}, monkeypatch)
    report = write_part(plan, 0, reversed(images), "key")
    table = rows(plan.layout.root / report.path)
    assert {row["image_id"] for row in table} == {
        "disclosure-00001",
        "disclosure-00001-decoy",
        "disclosure-00003",
        "disclosure-00003-decoy",
    }
    assert (report.rows, report.quarantined) == (len(table), 2)
    assert report.held == ("disclosure-00002", "disclosure-00002-decoy")
    held = rows(next(iter(plan.layout.quarantine.glob("*.parquet"))))
    assert [(row["record_id"], row["stage"], row["reason"]) for row in held] == [
        ("disclosure-00002", "render", "value_not_printable"),
        ("disclosure-00002-decoy", "render", "value_not_printable"),
    ]
    assert report.tally["cells|disclosure|template|email|open"] == 2
    assert report.tally["quarantine|render|value_not_printable"] == 2


def test_a_part_is_kept_for_the_same_key_and_whole_files_alone(plan):
    report = write_part(plan, 2, made(plan, 2), "key")
    kept = finished_report(plan, 2, "key", type(report))
    assert kept is not None
    assert kept.rows == report.rows == 2
    assert finished_report(plan, 2, "other", type(report)) is None
    (plan.layout.root / report.path).write_bytes(b"")
    assert finished_report(plan, 2, "key", type(report)) is None


@pytest.mark.parametrize("lose", [lambda images: images[1:], lambda images: [*images, images[0]]])
def test_an_image_that_is_missing_or_double_stops_the_run(plan, lose):
    with pytest.raises(RunFailed, match="does not balance"):
        write_part(plan, 2, lose(made(plan, 2)), "key")
    assert not plan.layout.done_marker(2, plan.shards).exists()


def test_parts_without_quarantine_leave_no_empty_table(plan):
    write_part(plan, 1, made(plan, 1), "key")
    assert not plan.layout.quarantine.exists()
