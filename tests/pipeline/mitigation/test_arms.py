from __future__ import annotations

import io
import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from pipeline.mitigation.bench_files import find_shards, read_shown
from pipeline.mitigation.built import Built, measure, record_id
from pipeline.mitigation.config import make_mitigation_config
from pipeline.mitigation.plan import MitigationPlan
from pipeline.mitigation.treated import decide
from schemas.benchmark import PrivateType
from schemas.errors import ConfigError
from schemas.finding import Box
from tests.small_disclosure import PEOPLE, TYPES, make_arms, make_bench
from transforms.disclosure.arms import Arm, Side, Treatment
from transforms.disclosure.hiding import Fact


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Path:
    return make_bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def arms(bench, tmp_path_factory):
    return make_arms(bench, tmp_path_factory.mktemp("arms") / "arms")


def _rows(folder: Path, pattern: str) -> list[dict]:
    return [row for path in sorted(folder.glob(pattern)) for row in pq.read_table(path).to_pylist()]


def _pixels(row: dict) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(row["image"]["bytes"])).convert("RGB")).astype(int)


def test_every_arm_has_every_row_and_the_untreated_ones_are_the_benchmark(bench, arms):
    plan, _, summary = arms
    root = plan.layout.root
    assert {name: arm["rows"] for name, arm in summary["arms"].items()} == {
        arm.name: PEOPLE * 9 if arm.side == Side.INFERENCE else PEOPLE for arm in plan.arms
    }
    for arm, pattern in (("inference-untreated", "data/*.parquet"), ("memory-untreated", "memory/*.parquet")):
        assert _rows(root / arm, pattern) == _rows(bench, pattern)


def test_a_fact_is_hidden_in_every_image_of_its_person_or_in_none(arms):
    plan, treated, _ = arms
    seen = 0
    for arm in (one for one in plan.arms if one.share != 1.0):
        pattern = "data/*.parquet" if arm.side == Side.INFERENCE else "memory/*.parquet"
        for row in _rows(plan.layout.arm(arm.name), pattern):
            persona = row["shown_persona_id"] if arm.side == Side.INFERENCE else row["persona_id"]
            pixels = _pixels(row)
            for field in row["fields"]:
                kind = field["private_type"]
                x, y = (int(np.mean(field["quad"][start::2])) for start in (0, 1))
                dark = bool((pixels[y - 1 : y + 2, x - 8 : x + 9] == 0).all())
                hidden = kind is not None and treated.facts.get(Fact(persona, PrivateType(kind)))
                wanted = bool(arm.on_images and hidden and hidden.rank <= arm.share)
                assert dark == wanted, (arm.name, kind)
                seen += wanted
    assert seen > 40


def test_labels_lose_hidden_facts_and_keep_the_others(bench, arms):
    plan, treated, summary = arms
    for arm in plan.arms:
        if arm.side == Side.INFERENCE:
            continue
        for row in _rows(plan.layout.arm(arm.name), "memory/*.parquet"):
            said = row["conversations"][1]["value"]
            for kind in TYPES:
                fact = Fact(row["persona_id"], kind)
                wanted = arm.on_labels and treated.facts[fact].rank <= arm.share
                assert (treated.values[row["persona_id"]][kind] in said) == (not wanted)
            assert treated.values[row["persona_id"]][PrivateType.NAME] in said
    assert summary["arms"]["memory-both-r050"]["hidden"] == 9
    assert summary["arms"]["memory-label-r100"]["images_changed"] == 0
    assert summary["arms"]["memory-image-r100"]["labels_changed"] == 0


def test_both_treats_images_and_labels_as_each_alone(arms):
    plan, _, _ = arms
    image, label, both = (
        _rows(plan.layout.arm(f"memory-{name}-r050"), "memory/*.parquet")
        for name in ("image", "label", "both")
    )
    assert [row["image"] for row in both] == [row["image"] for row in image]
    assert [row["conversations"] for row in both] == [row["conversations"] for row in label]


def test_training_lists_repeat_every_sample_and_name_images_that_are_there(arms):
    plan, _, summary = arms
    root = plan.layout.root
    for name, count in summary["training_lists"].items():
        samples = json.loads((root / "llava" / f"{name}.json").read_text("utf-8"))
        assert len(samples) == count == PEOPLE * int(name.rpartition("-x")[2])
        assert len({sample["id"] for sample in samples}) == count
        assert all((root / sample["image"]).is_file() for sample in samples)
    once, often = (
        json.loads((root / "llava" / f"memory-both-r050-x{times}.json").read_text("utf-8"))
        for times in (1, 3)
    )
    turns = [sample["conversations"] for sample in once]
    assert [sample["conversations"] for sample in often] == turns * 3


def test_the_same_seed_gives_the_same_bytes_and_another_hides_others(bench, arms, tmp_path):
    plan, treated, _ = arms
    again, _, _ = make_arms(bench, tmp_path / "again")
    first, second = (json.loads(one.layout.manifest.read_bytes()) for one in (plan, again))
    assert first == second
    config = make_mitigation_config({"bench": bench, "out": tmp_path / "other", "pipeline": False, "seed": 1})
    other = decide(MitigationPlan(config, plan.parts, plan.policy))
    assert [one.rank for one in other.facts.values()] != [one.rank for one in treated.facts.values()]


def test_what_is_done_is_not_done_again_and_a_lost_file_is(bench, tmp_path):
    plan, _, _ = make_arms(bench, tmp_path / "arms", sides=("memory",), repeats=(1,))
    first = plan.layout.arm("memory-image-r050") / "memory" / "memory-00000-of-00002.parquet"
    other = plan.layout.arm("memory-image-r050") / "memory" / "memory-00001-of-00002.parquet"
    before, kept = first.read_bytes(), other.stat().st_mtime_ns
    first.unlink()
    make_arms(bench, tmp_path / "arms", sides=("memory",), repeats=(1,))
    assert first.read_bytes() == before
    assert other.stat().st_mtime_ns == kept


def test_arms_of_an_earlier_call_go(bench, tmp_path):
    make_arms(bench, tmp_path / "arms", sides=("memory",), recalls=(0.5, 1.0))
    plan, _, _ = make_arms(bench, tmp_path / "arms", sides=("memory",), recalls=(1.0,), treatments=("label",))
    names = {path.name for path in plan.layout.root.glob("memory-*")}
    assert names == {"memory-untreated", "memory-label-r100"}
    assert {path.stem for path in plan.layout.llava.glob("*.json")} == {
        f"{name}-x{times}" for name in names for times in (1, 3)
    }


def test_a_build_hides_what_it_covers_and_what_it_no_longer_says(bench, arms):
    plan, treated, _ = arms
    shown = [(part.side, one) for part in plan.parts for one in read_shown(bench, part)]
    whole = (Box(0, 0, 5000, 5000),)
    memory = {one.image_id: one for side, one in shown if side == Side.MEMORY}
    first, second, third, *_ = sorted(memory)
    said = {
        name: " ".join(treated.values[memory[name].persona_id][kind] for kind in TYPES) for name in memory
    }
    turns = {name: ({"from": "gpt", "value": text},) for name, text in said.items()}
    built = {
        record_id(Side.MEMORY, first): Built("a.png", whole, ({"from": "gpt", "value": "[EMAIL]"},)),
        record_id(Side.MEMORY, second): Built("b.png", whole, turns[second]),
    }
    hidden = measure(iter(shown), built, treated.values, TYPES)
    for kind in TYPES:
        covered, told, gone = (hidden[Fact(memory[name].persona_id, kind)] for name in (first, second, third))
        assert (covered.image, covered.label, covered.everywhere) == (True, True, True)
        assert (told.image, told.label, told.everywhere) == (True, False, False)
        assert gone.everywhere  # held back


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("recalls", {"recalls": (1.5,)}),
        ("recalls", {"recalls": (float("nan"),)}),
        ("repeats", {"repeats": (0,)}),
        ("treatments", {"treatments": ("pipeline",)}),
        ("sides", {"sides": ()}),
        ("colour", {"colour": "red"}),
    ],
)
def test_wrong_settings_are_refused_by_name(bench, tmp_path, key, change):
    with pytest.raises(ConfigError) as caught:
        make_mitigation_config({"bench": bench, "out": tmp_path} | change)
    assert caught.value.key.startswith(key)


def test_what_is_no_finished_benchmark_is_refused(tmp_path):
    with pytest.raises(ConfigError):
        find_shards(tmp_path, (Side.MEMORY,))
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ConfigError):
        find_shards(tmp_path, (Side.MEMORY,))
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory-00000-of-00001.parquet").write_bytes(b"PAR1 no")
    (part,) = find_shards(tmp_path, (Side.MEMORY,))
    with pytest.raises(ConfigError):
        list(read_shown(tmp_path, part))


def _rewritten(path: Path, change) -> None:
    table = pq.read_table(path)
    rows = table.to_pylist()
    for row in rows:
        change(row)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)


def test_an_image_that_cannot_be_opened_is_shown_empty_and_counted(bench, tmp_path):
    broken = tmp_path / "bench"
    copytree(bench, broken)

    def cut(row):
        row["image"]["bytes"] = row["image"]["bytes"][:200]

    _rewritten(broken / "memory" / "memory-00000-of-00002.parquet", cut)
    plan, _, summary = make_arms(broken, tmp_path / "arms", sides=("memory",), recalls=(1.0,))
    arm = summary["arms"]["memory-both-r100"]
    assert (arm["rows"], arm["images_unreadable"]) == (PEOPLE, PEOPLE // 2)
    rows = _rows(plan.layout.arm("memory-both-r100"), "memory/*.parquet")
    assert sum(len(np.unique(_pixels(row))) == 1 for row in rows) == PEOPLE // 2


def test_a_benchmark_that_contradicts_itself_is_refused(bench, tmp_path):
    broken = tmp_path / "bench"
    copytree(bench, broken)

    def nobody(row):
        row["persona_id"] = "memory-99999"

    _rewritten(broken / "memory" / "memory-00000-of-00002.parquet", nobody)
    with pytest.raises(ConfigError) as caught:
        make_arms(broken, tmp_path / "arms", sides=("memory",))
    assert caught.value.key == "bench"


def test_names_of_arms_tell_their_shares():
    names = [Arm(Side.MEMORY, Treatment.BOTH, share).name for share in (0.05, 0.5, 0.99, 0.9995, 1.0)]
    assert names == [f"memory-both-r{one}" for one in ("005", "050", "099", "099p95", "100")]
    assert Arm(Side.INFERENCE, Treatment.PIPELINE, None).name == "inference-pipeline"
