"""The GPU-path entity engine, with a tiny model made here: the loading code is the real one."""

import pytest

pytestmark = pytest.mark.gpu_extra

WORDS = ["maria", "meets", "ole", "in", "the", "garden", "a", "cat", "sleeps", ".", "and", "sees"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = {
        word: index for index, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS])
    }
    backend = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", pieces["[CLS]"]), ("[SEP]", pieces["[SEP]"])]
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    )
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        id2label={0: "O", 1: "B-PER", 2: "I-PER"},
        label2id={"O": 0, "B-PER": 1, "I-PER": 2},
    )
    model = transformers.BertForTokenClassification(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    texts = ["Maria meets Ole in the garden.", "A cat sleeps and Ole sees Maria."]
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    wanted = torch.isin(batch["input_ids"], torch.tensor([pieces["maria"], pieces["ole"]])).long()
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(model(**batch).logits.flatten(0, 1), wanted.flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    place = tmp_path_factory.mktemp("tiny_ner")
    model.save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def tagger(folder):
    from transforms.engines.transformers_tagger import TransformersTagger

    return TransformersTagger(str(folder), device="cpu")


def names(tagger, texts):
    return [
        [text[one.start : one.end] for one in spans]
        for text, spans in zip(texts, tagger.tag(texts), strict=True)
    ]


def test_it_finds_what_the_model_was_taught(tagger):
    texts = ["Maria sees Ole.", "", "the cat"]
    assert names(tagger, texts) == [["Maria", "Ole"], [], []]


def test_offsets_hold_in_a_text_of_many_windows(tagger):
    text = "The cat sleeps in the garden. " * 40 + "Maria meets Ole."
    assert names(tagger, [text]) == [["Maria", "Ole"]]


def test_the_score_of_a_text_is_the_same_bytes_among_any_neighbours(tagger):
    text = "Ole meets Maria and Ole."
    alone = tagger.tag([text])[0]
    others = [" ".join(WORDS[:count]) for count in range(1, len(WORDS))] * 7
    assert tagger.tag([*others, text])[-1] == alone
    assert tagger.tag([text, *others])[0] == alone


def test_the_folder_serves_a_build_and_its_digest_is_in_the_manifest(folder):
    from transforms.engines.registry import load_entity_tagger, load_parser

    loaded = load_entity_tagger(f"transformers:{folder}")
    assert loaded is not None
    assert len(loaded.info.weights_sha256) == 64
    doc = load_parser("bundled", f"transformers:{folder}").parse(["Maria sees Ole."])[0]
    assert [span.text for span in doc.ents] == ["Maria", "Ole"]


def test_a_folder_without_a_model_is_refused_by_its_key(tmp_path):
    pytest.importorskip("transformers")
    from schemas.errors import ConfigError
    from transforms.engines.transformers_tagger import TransformersTagger

    with pytest.raises(ConfigError, match=r"engines\.ner"):
        TransformersTagger(str(tmp_path))


def test_a_model_without_a_label_for_people_is_refused(folder, tmp_path):
    transformers = pytest.importorskip("transformers")
    from schemas.errors import ConfigError
    from transforms.engines.transformers_tagger import TransformersTagger

    model = transformers.AutoModelForTokenClassification.from_pretrained(folder)
    model.config.id2label = {0: "O", 1: "B-DATE", 2: "I-DATE"}
    model.save_pretrained(tmp_path)
    transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="people"):
        TransformersTagger(str(tmp_path))
