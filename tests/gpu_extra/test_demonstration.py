"""A short demonstration with a real model: planted identities are found, held-out ones are not."""

import json

import pytest

from evaluation.demonstration.settings import DemonstrationSettings, ModelSize, Schedule

pytestmark = [pytest.mark.gpu_extra, pytest.mark.timeout(1200)]

SETTINGS = DemonstrationSettings(
    images=120, pairs=12, references=19, shown_on=4, schedule=Schedule(epochs=70, batch=8)
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from evaluation.demonstration.run import run_demonstration

    out = tmp_path_factory.mktemp("demonstration")
    (result,) = run_demonstration(out, 1, SETTINGS, lambda line: None)
    return out, {one.arm: one for one in result.findings}, result


def test_planted_identities_are_found_and_held_out_ones_are_not(found):
    _, arms, _ = found
    marked = arms["r100"]
    assert marked.planted.fisher < 0.001
    assert marked.twins.p_value < 0.01
    assert marked.planted.mean > 2 * marked.planted.null
    assert marked.held_out.fisher > 0.01


def test_a_model_trained_without_marks_remembers_none(found):
    _, arms, _ = found
    assert arms["r0"].planted.fisher > 0.01
    assert arms["r0"].held_out.fisher > 0.01
    assert arms["r0"].losses[-1] < 0.7 * arms["r0"].losses[4]


def test_the_model_is_small_and_everything_is_written(found):
    out, _, result = found
    assert result.parameters < 5_000_000
    content = json.loads((out / "result.json").read_text())
    assert {one["arm"] for one in content["seeds"][0]["arms"]} == {"r0", "r100"}
    for name in ("losses", "exposure", "twins", "cells", "probes"):
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "seed-1/scores/r100-planted.parquet").is_file()


def test_the_saved_model_and_its_processor_agree_with_what_was_trained(found):
    import numpy as np
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    from evaluation.demonstration.corpus import vocabulary_words
    from evaluation.demonstration.model import Words, patches
    from evaluation.demonstration.training import to_input

    folder = found[0] / "seed-1/models/r100"
    processor = AutoProcessor.from_pretrained(folder)
    model = AutoModelForImageTextToText.from_pretrained(folder).eval()
    image = np.random.default_rng(0).integers(0, 255, (224, 224, 3), dtype=np.uint8)
    question = "Describe the picture."
    turns = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
    text = processor.apply_chat_template(turns, add_generation_prompt=True)
    given = processor(images=image, text=text, return_tensors="pt")
    own = torch.tensor([Words(vocabulary_words()).prompt(question, patches(ModelSize()))])
    assert given["input_ids"].tolist() == own.tolist()
    assert torch.allclose(given["pixel_values"], to_input(image[None]), atol=1e-4)
    with torch.inference_mode():
        logits = model(**given).logits
    assert torch.isfinite(logits).all()


def test_one_seed_gives_one_result_whatever_ran_before():
    torch = pytest.importorskip("torch")
    from evaluation.demonstration.corpus import vocabulary_words
    from evaluation.demonstration.model import Words, build_model

    words = Words(vocabulary_words())
    first = build_model(ModelSize(), words, 5).state_dict()
    torch.manual_seed(99)
    second = build_model(ModelSize(), words, 5).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
