"""Tags, parses and finds names with a spaCy pipeline: the bundled one, or any that is installed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from schemas.errors import ConfigError
from transforms.engines.bundled_weights import folder_sha256, verified_sha256
from transforms.engines.protocols import EngineInfo
from transforms.engines.spacy_english.known_words import remember_words
from transforms.engines.spacy_english.layer_products import multiply_with_onnx
from transforms.engines.spacy_english.window_encoder import encode_with_onnx

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokenizer import Tokenizer
    from spacy.tokens import Doc

CONFIG_KEY = "engines.parser"
BUNDLED = "bundled"
MODEL_FOLDER = Path(__file__).with_name("model")
CACHED_TEXTS = 4096
VOCABULARY_LIMIT = 300_000
"""Lexemes after which the pipeline is loaded afresh: spaCy never forgets a word it has seen."""

BATCH_TEXTS = 64

# An end mark and a quotation mark without a blank after them: '"Why?"She says'.
_GLUED_SENTENCE = r"""(?<=[a-z])[.!?]["'](?=[A-Za-z])"""

_ENTITY_PIPES = ("ner_tok2vec", "ner")
_NEEDED = ("TAG", "POS", "DEP", "LEMMA", "SENT_START")
_REMEDY = f"use {BUNDLED!r}, the name of an installed spaCy pipeline, or the path of one"


class SpacyParser:
    """A ``TextParser`` over a spaCy pipeline with tags, lemmas and a dependency parse.

    ``model``: ``"bundled"`` (the pipeline of this folder), the name of an installed pipeline, or its folder.
    ``cached_texts``: how many of the last texts keep their Doc, since several steps parse the same text.
    Raises ConfigError naming ``engines.parser`` if the pipeline is missing, damaged or lacks a layer.
    """

    def __init__(self, model: str = BUNDLED, cached_texts: int = CACHED_TEXTS) -> None:
        from spacy.about import __version__ as spacy_version

        self._model = model
        self._folder = _model_folder(model)
        self._cached_texts = cached_texts
        self._cache: OrderedDict[tuple[str, bool], Doc] = OrderedDict()
        digest = (
            verified_sha256(self._folder, CONFIG_KEY) if model == BUNDLED else folder_sha256(self._folder)
        )
        self._nlp = _loaded(model, self._folder)
        missing = missing_layers(self._nlp)
        if missing:
            raise ConfigError(CONFIG_KEY, model, f"the pipeline lacks {', '.join(missing)}; {_REMEDY}")
        name = f"{self._nlp.lang}_{self._nlp.meta.get('name', 'pipeline')}"
        version = f"{self._nlp.meta.get('version', '0')}+spacy-{spacy_version}"
        self.info = EngineInfo("parser", name, version, digest, "pipes=" + ",".join(self._nlp.pipe_names))

    def parse(self, texts: Sequence[str], *, entities: bool = True) -> list[Doc]:
        """One Doc per text, in order. The Docs are shared with later calls: read them, never change them.

        Without ``entities`` the entity recogniser and its own encoder are left out: half of the time.
        """
        if len(self._nlp.vocab) > VOCABULARY_LIMIT:
            self._nlp = _loaded(self._model, self._folder)
            self._cache.clear()
        found: dict[str, Doc] = {}
        unseen: dict[str, None] = {}
        for text in texts:
            cached = self._cache.get((text, entities))
            if cached is None:
                unseen[text] = None
            else:
                self._cache.move_to_end((text, entities))
                found[text] = cached
        if unseen:
            left_out = [] if entities else [name for name in _ENTITY_PIPES if name in self._nlp.pipe_names]
            docs = self._nlp.pipe(unseen, batch_size=BATCH_TEXTS, disable=left_out)
            for text, doc in zip(unseen, docs, strict=True):
                found[text] = doc
                self._cache[text, entities] = doc
            while len(self._cache) > self._cached_texts:
                self._cache.popitem(last=False)
        return [found[text] for text in texts]


def missing_layers(nlp: Language) -> tuple[str, ...]:
    """The annotation layers that mmscrub reads and the pipeline does not write, found by a trial."""
    doc = nlp("She sees two dogs.")
    return tuple(layer for layer in _NEEDED if not doc.has_annotation(layer))


def _model_folder(model: str) -> Path:
    from spacy.util import get_package_path, is_package

    if model == BUNDLED:
        return MODEL_FOLDER
    if is_package(model):
        return Path(get_package_path(model))
    if Path(model).is_dir():
        return Path(model)
    raise ConfigError(CONFIG_KEY, model, _REMEDY)


def _loaded(model: str, folder: Path) -> Language:
    import spacy
    from spacy.util import compile_infix_regex

    try:
        nlp = spacy.load(folder if model == BUNDLED else model)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(CONFIG_KEY, model, _REMEDY) from error
    infixes = [*(nlp.Defaults.infixes or ()), _GLUED_SENTENCE]
    cast("Tokenizer", nlp.tokenizer).infix_finditer = compile_infix_regex(infixes).finditer
    remember_words(nlp)
    encode_with_onnx(nlp)
    multiply_with_onnx(nlp)
    return nlp
