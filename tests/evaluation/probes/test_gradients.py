"""Gradients of a real architecture: answers alone are learned, batches are aligned, doses are matched."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from evaluation.probes import compare_gradients
from evaluation.probes.gradients import (
    GLOBAL,
    GradientComparer,
    GradientRow,
    answer_tokens,
    encode,
    group_of,
    summarise,
)
from evaluation.probes.treatments import Example, batch_places, read_aligned
from schemas.errors import ConfigError
from tests.evaluation.probes.made_arms import make_arms
from tests.evaluation.probes.tiny_llava import save_tiny_llava
from transforms.engines.vision_language.loaded_model import load_model

TURNS = (
    ("user", "What is the username?"),
    ("assistant", "a dog"),
    ("user", "user_id"),
    ("assistant", "two chairs"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("model")
    save_tiny_llava(folder)
    return folder


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("model.vision_tower.vision_model.encoder.layers.1.mlp.fc1.weight", "vision"),
        ("model.visual.merger.mlp.0.weight", "projector"),
        ("model.multi_modal_projector.linear_1.weight", "projector"),
        ("model.language_model.layers.17.self_attn.q_proj.weight", "layer-17"),
        ("model.language_model.embed_tokens.weight", "embeddings"),
        ("lm_head.weight", "head"),
        ("model.language_model.norm.weight", "other"),
    ],
)
def test_parameters_are_grouped_by_what_they_are_part_of(name, group):
    assert group_of(name) == group


def test_means_over_steps_leave_out_steps_without_a_gradient():
    rows = [GradientRow(step, "r100", GLOBAL, cosine, 1.0) for step, cosine in enumerate((0.8, 0.9, np.nan))]
    (found,) = summarise(rows, 500, b"key")
    assert found.steps == 2
    assert found.cosine.value == pytest.approx(0.85)
    assert 0.8 <= found.cosine.low < found.cosine.high <= 0.9


@pytest.mark.gpu_extra
def test_only_the_assistants_words_are_learned(folder):
    loaded = load_model(str(folder))
    rng = np.random.default_rng(0)
    examples = [
        Example(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8), TURNS),
        Example(rng.integers(0, 256, (50, 40, 3), dtype=np.uint8), TURNS[:2]),
    ]
    inputs = encode(loaded, examples)
    tokenizer = loaded.processor.tokenizer
    learned = [tokenizer.decode(row[row != -100]) for row in inputs["labels"]]
    assert learned == ["a dog<|im_end|>\ntwo chairs<|im_end|>\n", "a dog<|im_end|>\n"]
    assert answer_tokens(loaded.processor, TURNS)[-1] == -1


@pytest.mark.gpu_extra
def test_a_treatment_that_changes_nothing_has_cosine_1_and_the_mark_less(folder, tmp_path):
    arms, images = make_arms(tmp_path)
    lists = read_aligned(arms, images)
    comparer = GradientComparer(load_model(str(folder)), frozen=("vision",))
    batches = batch_places(8, 4, 3, b"key")
    rows = list(comparer.compare(lists["original"], {**lists, "same": lists["original"]}, batches))
    by_name = {
        name: [one.cosine for one in rows if one.treatment == name and one.group == GLOBAL]
        for name in ("same", "r100")
    }
    assert np.allclose(by_name["same"], 1, atol=1e-6)
    assert all(cosine < 0.9999 for cosine in by_name["r100"])
    assert {one.group for one in rows} >= {GLOBAL, "projector", "layer-0", "layer-2", "head", "embeddings"}
    assert "vision" not in {one.group for one in rows}


@pytest.mark.gpu_extra
def test_a_group_that_is_not_there_is_refused(folder):
    with pytest.raises(ConfigError, match="groups of this model"):
        GradientComparer(load_model(str(folder)), frozen=("eyes",))


@pytest.mark.gpu_extra
@pytest.mark.parametrize("match", ["pixels", "features"])
def test_the_command_matches_baselines_and_writes_every_step(folder, tmp_path, capsys, match):
    arms, images = make_arms(tmp_path)
    out = tmp_path / "gradients.parquet"
    call = [
        *("--model", str(folder), "--images", str(images), "--original", str(arms["original"])),
        *("--treated", f"r100={arms['r100']}", "--match", match, "--steps", "2", "--batch", "4"),
        *("--out", str(out), "--rate", "0.01"),
    ]
    assert compare_gradients.main(call) == 0
    printed = capsys.readouterr().out
    assert "image transform, matched: strength 0." in printed
    assert ("dB for" in printed) == (match == "pixels")
    table = pq.read_table(out).to_pylist()
    assert {row["treatment"] for row in table} == {
        "r100",
        "image transform",
        "text transform",
        "image transform, matched",
        "text transform, matched",
    }
    first = out.read_bytes()
    assert compare_gradients.main(call) == 0
    assert out.read_bytes() == first


@pytest.mark.gpu_extra
def test_a_mark_that_changes_nothing_cannot_be_matched(folder, tmp_path, capsys):
    arms, images = make_arms(tmp_path)
    call = ["--model", str(folder), "--images", str(images), "--original", str(arms["original"])]
    call += ["--treated", f"r0={arms['original']}", "--batch", "4", "--steps", "1"]
    assert compare_gradients.main(call) == 2
    assert "changes none of the sampled images" in capsys.readouterr().err
