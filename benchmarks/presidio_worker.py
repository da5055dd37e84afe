"""Presidio's image redactor behind a pipe; runs in an environment of its own, see ``presidio_images``.

Reads paths of images from standard input and answers each with one line of JSON: the boxes (left, top, right,
bottom in pixels) that the redactor fills, and the CPU and wall seconds that redacting took.
``python presidio_worker.py [SPACY_MODEL]``: a model that is installed or a folder; without it a blank English
pipeline, so that only the recognisers by pattern work.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import tempfile
import time
from importlib import metadata


def main() -> None:
    """Answers until standard input ends."""
    import spacy
    from PIL import Image
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_image_redactor import ImageAnalyzerEngine, ImageRedactorEngine

    model = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
    if len(sys.argv) < 2:
        spacy.blank("en").to_disk(model)
    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
    nlp = NlpEngineProvider(nlp_configuration=settings).create_engine()
    analyzer = ImageAnalyzerEngine(AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]))
    redactor = ImageRedactorEngine(image_analyzer_engine=analyzer)
    names = ("presidio-image-redactor", "presidio-analyzer", "spacy", "pytesseract")
    print(json.dumps({name: metadata.version(name) for name in names}), flush=True)
    for line in sys.stdin:
        path = line.strip()
        seconds, started = _cpu(), time.monotonic()
        with Image.open(path) as opened:
            form, image = opened.format, opened.convert("RGB")
        redactor.redact(image).save(io.BytesIO(), form)
        spent, wall = _cpu() - seconds, time.monotonic() - started
        # The redactor keeps its boxes to itself; it fills exactly those of its analyzer.
        places = [
            [box.left, box.top, box.left + box.width, box.top + box.height] for box in analyzer.analyze(image)
        ]
        print(json.dumps({"boxes": places, "cpu": spent, "wall": wall}), flush=True)


def _cpu() -> float:
    """CPU seconds of this process and of the Tesseract processes that it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
