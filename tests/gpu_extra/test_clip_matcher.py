"""The engine that compares pictures with texts, and the gate on it, with a tiny model made here."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from schemas.errors import ConfigError
from tests.small_corpus import build_small

pytestmark = pytest.mark.gpu_extra

WORDS = ["a", "the", "person", "dog", "card", "street", "white", "on", "is", "with"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    pieces = {word: index for index, word in enumerate(["<s>", "</s>", "<unk>", *WORDS])}
    backend = Tokenizer(models.WordLevel(pieces, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="</s>"
    )
    text = {"vocab_size": len(pieces), "eos_token_id": 1, "bos_token_id": 0, "pad_token_id": 1}
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    torch.manual_seed(3)
    model = transformers.CLIPModel(
        transformers.CLIPConfig(
            text_config=text | small | {"max_position_embeddings": 16},
            vision_config=small | {"image_size": 32, "patch_size": 8},
            projection_dim=16,
        )
    )
    # Some steps teach that bright pictures go with all texts, and black ones with none.
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    batch = tokenizer(["a person", "the dog on the street"], return_tensors="pt", padding=True)
    for _ in range(30):
        ground = torch.tensor([2.0, -2.0]).reshape(2, 1, 1, 1)
        output = model(pixel_values=ground + torch.rand(2, 3, 32, 32), **batch)
        bright, black = (output.image_embeds @ output.text_embeds.T).mean(1)
        (black - bright).backward()
        optimizer.step()
        optimizer.zero_grad()
    place = tmp_path_factory.mktemp("tiny_clip")
    model.save_pretrained(place)
    images = transformers.CLIPImageProcessor(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    )
    transformers.CLIPProcessor(images, tokenizer).save_pretrained(place)
    return place


def test_a_picture_goes_with_a_text_whatever_else_is_compared(folder):
    from transforms.engines.clip_matcher import ClipMatcher

    matcher, text = ClipMatcher(str(folder)), "a dog on the street " * 30
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    flat = np.full((48, 64, 3), 200, np.uint8)
    both = matcher.match([noise, flat], text)
    assert both == [*matcher.match([noise], text), *matcher.match([flat], text)]
    assert all(-1 <= cosine <= 1 for cosine in both)
    assert both[0] != both[1]
    assert len(matcher.info.weights_sha256) == 64


def test_a_folder_without_such_a_model_is_refused(tmp_path):
    from transforms.engines.clip_matcher import ClipMatcher

    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"engines\.image_text"):
        ClipMatcher(str(tmp_path))


@pytest.mark.parametrize("least", [0.0, 1.0])
def test_redacted_images_are_compared_with_their_answers(folder, small_build, tmp_path, least):
    corpus, _, _ = small_build
    policy = yaml.safe_load(Path("schemas/policies/standard.yaml").read_text())
    policy["image"] = (policy.get("image") or {}) | {"min_caption_match": least}
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(policy))
    engines = {"image_text": f"clip:{folder}", "device": "cpu"}
    out = tmp_path / "out"
    result = build_small(corpus, out, policy=str(tmp_path / "policy.yaml"), engines=engines)
    tables = [pq.read_table(path) for path in sorted((out / "data").glob("*.parquet"))]
    rows = [row for table in tables for row in table.to_pylist()]
    of_redacted = {True: [], False: []}
    for row in rows:
        is_redacted = any(edit["box"] for edit in row["image_edits"])
        of_redacted[is_redacted].append(row["fidelity"]["image_text"])
    assert set(of_redacted[False]) == {None}
    if least:
        assert result.summary["quarantine"]["clean_image"]["caption_unmatched"] > 0
    else:
        assert any(match is not None for match in of_redacted[True])
        assert result.summary["fidelity"]["image_text"]["n"] > 0
