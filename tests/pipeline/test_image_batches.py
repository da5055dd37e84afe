"""Images read together become what they become alone: same results, same files, whatever the batches."""

import json
import os
from dataclasses import replace

import apache_beam as beam
import pytest
from apache_beam.ml.inference.base import RunInference
from PIL import Image

from pipeline import dofns
from pipeline.config import make_config
from pipeline.graph import images
from pipeline.image_batches import ImageTask, ImageTools
from pipeline.image_cache import ImageCache
from pipeline.image_stage import process_image
from pipeline.kept_answers import Answers, KeptOcr
from pipeline.plan import make_plan
from pipeline.policy_file import load_policy
from pipeline.progress import PROGRESS
from pipeline.readers.open import list_sources
from pipeline.spool import SLOTS, read_images
from pipeline.toolbox import Toolbox
from runners.local import _holding_back_killers
from schemas.policy import DrawnFaces
from tests.pipeline.test_dofns import run_pipeline
from tests.small_corpus import write_image
from transforms.engines.registry import load_ocr
from transforms.image.drawn_faces import PhotographedFaces

TURNS = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A card."}]
TEXTS = ["jane.roe@example.com", "", "(212) 555-0147", "A bowl of fruit", "SSN 219-09-9999", ""]
PIXELS = 320 * 200


class InBatches:
    """The real engine, with a device around it that holds ``room`` pixels and chokes on ``bad`` pictures."""

    def __init__(self, room=10**9, bad=None):
        self.engine = load_ocr("rapidocr")
        self.info = self.engine.info
        self.room, self.bad = room, bad
        self.batches, self.alone, self.seen = [], 0, lambda: None

    def read(self, image):
        self.alone += 1
        return self._checked(image)

    def read_many(self, images):
        self.seen()
        self.batches.append(len(images))
        if sum(image.shape[0] * image.shape[1] for image in images) > self.room:
            raise MemoryError
        return [self._checked(image) for image in images]

    def _checked(self, image):
        if self.bad is not None and self.bad(image):
            raise ValueError("a text of the engine's own")
        return self.engine.read(image)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batches")
    for index, text in enumerate(TEXTS):
        write_image(folder / "images" / f"{index}.png", index, text)
    (folder / "images" / "6.png").write_bytes(b"\x89PNG no picture")
    records = [{"id": str(i), "image": f"{i}.png", "conversations": TURNS} for i in range(len(TEXTS) + 1)]
    (folder / "c.json").write_text(json.dumps(records))
    return folder


def plan_of(corpus, out, **settings):
    places = {"input": str(corpus / "c.json"), "images": str(corpus / "images"), "out": out}
    config = make_config(places | settings)
    plan = make_plan(config, tuple(list_sources(config.input)), load_policy("standard"))
    plan.layout.prepare()
    with run_pipeline() as p:
        p | beam.Create([0]) | beam.ParDo(dofns.PartitionSources(plan))
    return plan


def toolbox_with(plan, engine):
    tools = Toolbox(plan)
    vars(tools)["image_engines"] = replace(tools.image_engines, ocr=KeptOcr(engine, Answers(None)))
    return tools


def tasks_of(plan):
    return [ImageTask(*task) for slot in range(SLOTS) for task in read_images(plan.layout.spool, slot)]


def results_below(plan):
    folder = plan.layout.image_cache
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def processed(plan, tools):
    """What the step makes of every image, without Beam."""
    loaded = ImageTools(tools, ImageCache(plan.layout.image_cache, plan.image_digest()))
    dofns.ProcessImages(plan).run_inference(tasks_of(plan), loaded)
    return results_below(plan)


@pytest.fixture(scope="module")
def expected(corpus, tmp_path_factory):
    """Every image by itself."""
    plan = plan_of(corpus, tmp_path_factory.mktemp("alone"))
    files = processed(plan, Toolbox(plan))
    assert sum(name.endswith("json") for name in files) == len(TEXTS) + 1
    assert sum(name.endswith("bin") for name in files) >= 3
    return files


@pytest.mark.parametrize("room", [10**9, 2 * PIXELS, PIXELS])
@pytest.mark.parametrize("most", [10 * PIXELS, 2 * PIXELS + 1, 1])
def test_results_do_not_depend_on_the_size_of_batches_nor_on_memory(corpus, tmp_path, expected, room, most):
    plan = plan_of(corpus, tmp_path, gpu={"pixels_per_batch": most})
    engine = InBatches(room)
    assert processed(plan, toolbox_with(plan, engine)) == expected
    assert sum(engine.batches) >= len(TEXTS)
    assert max(engine.batches) <= max(1, most // PIXELS)


@pytest.mark.parametrize("bundles", [1, 3, 100])
def test_results_do_not_depend_on_bundles(corpus, tmp_path, expected, bundles, monkeypatch):
    plan = plan_of(corpus, tmp_path)
    engine = InBatches()
    monkeypatch.setattr(dofns, "takes_batches", lambda _: True)
    monkeypatch.setattr(dofns, "toolbox_of", lambda _: toolbox_with(plan, engine))
    with run_pipeline() as p:
        tasks = p | beam.Create(tasks_of(plan)) | beam.Reshuffle(num_buckets=bundles)
        tasks | RunInference(dofns.ProcessImages(plan), model_identifier="process_images")
    assert results_below(plan) == expected
    assert sum(engine.batches) == len(TEXTS)


def test_print_is_read_once_and_each_image_opened_once(corpus, tmp_path, monkeypatch):
    plan = plan_of(corpus, tmp_path, mode="audit")
    engine = InBatches()
    monkeypatch.setattr(
        dofns, "process_image", lambda *given: process_image(*given) if given[3:] else broken(given)
    )
    alone = []

    def broken(given):
        alone.append(given[0])
        return process_image(*given)

    processed(plan, toolbox_with(plan, engine))
    assert engine.batches == [len(TEXTS)]
    assert engine.alone == 0
    assert len(alone) == 1  # the file that holds no picture


@pytest.mark.parametrize("most", [1, 2 * PIXELS, 3 * PIXELS])
def test_no_more_pixels_are_decoded_ahead_than_a_batch_has(corpus, tmp_path, most):
    plan = plan_of(corpus, tmp_path, gpu={"pixels_per_batch": most})
    tools = ImageTools(Toolbox(plan), ImageCache(plan.layout.image_cache, plan.image_digest()))
    groups = [[one for _, one in group if one is not None] for group in tools._groups(tasks_of(plan))]
    assert sum(map(len, groups)) == len(TEXTS)
    assert max(map(len, groups)) == max(1, most // PIXELS)


def test_a_bad_image_costs_itself_alone(corpus, tmp_path, expected):
    plan = plan_of(corpus, tmp_path)
    [bad] = [task.sha for task in tasks_of(plan) if task.location.endswith("3.png")]
    ground = Image.open(corpus / "images" / "3.png").getpixel((0, 0))
    engine = InBatches(bad=lambda image: tuple(image[0, 0]) == ground)
    files = processed(plan, toolbox_with(plan, engine))
    changed = {name for name in files | expected if files.get(name) != expected.get(name)}
    assert {name.rpartition("/")[2].partition(".")[0] for name in changed} == {bad}
    result = ImageCache(plan.layout.image_cache, plan.image_digest()).load(bad)
    assert (result.stage, result.reason) == ("audit_image", "engine_failed")


def test_what_is_in_flight_is_noted_and_the_note_goes(corpus, tmp_path):
    plan = plan_of(corpus, tmp_path)
    engine = InBatches()
    cache = ImageCache(plan.layout.image_cache, plan.image_digest())
    noted = []
    engine.seen = lambda: noted.append(set(cache.ahead_of(os.getpid())))
    processed(plan, toolbox_with(plan, engine))
    assert noted[0] == {task.sha for task in tasks_of(plan)}
    assert cache.ahead_of(os.getpid()) == []


def test_after_a_death_each_image_of_the_batch_gets_a_turn_of_its_own(corpus, tmp_path, expected):
    plan = plan_of(corpus, tmp_path)
    cache = ImageCache(plan.layout.image_cache, plan.image_digest())
    shas = [task.sha for task in tasks_of(plan)]
    cache.note_ahead(shas)
    assert _holding_back_killers(plan)(os.getpid()) is True
    cache.note_ahead(())
    engine = InBatches()
    files = processed(plan, toolbox_with(plan, engine))
    assert engine.batches == []
    assert {name: data for name, data in files.items() if "/alone/" not in name} == expected


def test_utilisation_is_counted(corpus, tmp_path):
    plan = plan_of(corpus, tmp_path, gpu={"pixels_per_batch": 3 * PIXELS})
    PROGRESS.take()
    processed(plan, toolbox_with(plan, InBatches(2 * PIXELS)))
    counts = PROGRESS.take()
    assert counts["batch_images"] == len(TEXTS)
    assert counts["batch_pixels"] == len(TEXTS) * PIXELS
    assert counts["batches_too_large"] >= 1
    assert 0 < counts["batch_busy_ms"] <= counts["batch_wall_ms"]


@pytest.mark.parametrize(("device", "asked"), [("auto", False), ("cpu", False), ("cuda", True)])
def test_a_machine_with_a_gpu_is_asked_for_where_the_config_does(corpus, tmp_path, device, asked):
    plan = plan_of(corpus, tmp_path, engines={"device": device}, gpu={"min_ram": "3GB"})
    p = beam.Pipeline()
    images(p, plan, [0])
    environments = p.to_runner_api().components.environments.values()
    hints = {urn: value for one in environments for urn, value in one.resource_hints.items()}
    assert (b"3000000000" in hints.values()) is asked
    assert any(b"nvidia-l4" in value for value in hints.values()) is asked


def test_hints_change_nothing_on_the_local_runner(corpus, tmp_path, expected, monkeypatch):
    plan = plan_of(corpus, tmp_path, engines={"device": "cuda"})
    engine = InBatches()
    cpu = replace(plan, engines=plan.engines.model_copy(update={"device": "cpu"}))
    monkeypatch.setattr(dofns, "toolbox_of", lambda _: toolbox_with(cpu, engine))
    with run_pipeline() as p:
        images(p, plan, list(range(SLOTS)))
    assert {name.rpartition("/")[2]: data for name, data in results_below(plan).items()} == {
        name.rpartition("/")[2]: data for name, data in expected.items()
    }


@pytest.mark.parametrize("drawn", list(DrawnFaces))
def test_the_policy_decides_whether_drawn_faces_are_looked_at(corpus, tmp_path, drawn):
    plan = plan_of(corpus, str(tmp_path / "out"))
    policy = replace(plan.policy, image=replace(plan.policy.image, drawn_faces=drawn))
    faces = Toolbox(replace(plan, policy=policy)).image_engines.faces
    assert isinstance(faces, PhotographedFaces) is (drawn is DrawnFaces.KEEP)
