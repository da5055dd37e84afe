"""Writes hidden states of a model on the images of a watermarked split: one folder of shards per question.

    python -m evaluation.probes.extract --model MODEL --split OUT --out FEATURES

``FEATURES/username/features-00000-of-00004.safetensors`` holds ``hidden`` [n, layers, tokens, d] and ``read``
[n] (0 where an image could not be read), ``samples.parquet`` what is known of each row. A shard that is done
is kept: a run that was killed goes on where it stopped, and a second run changes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from evaluation.probes.feature_shards import STORES, BatchedReader, ExtractSettings, extract, write_answers
from evaluation.probes.hidden_states import HiddenStates, answer
from evaluation.probes.prompts import choose_prompts
from evaluation.probes.split_images import WatermarkSplit
from evaluation.probes.tokens import parse_places
from schemas.errors import ConfigError, MmscrubError
from schemas.watermark import Variant
from transforms.engines.vision_language.loaded_model import load_model


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong call."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.answers < 0:
            raise ConfigError("answers", asked.answers, "give a number of tokens, 0 for none")
        settings = ExtractSettings(asked.at_once, asked.per_shard, asked.store)
        places = parse_places(asked.tokens)
        prompts = choose_prompts(asked.ask, asked.prompts)
        source = WatermarkSplit(asked.split, Variant(asked.variant))
        loaded = load_model(asked.model, download=asked.download, dtype=asked.dtype)
        for name, question in prompts.items():
            states = HiddenStates(loaded, question, places)
            about = {
                "model": loaded.name,
                "model_digest": _model_digest(asked.model, loaded.model),
                "ask": name,
                "question": question,
                "tokens": [place.value for place in places],
                "token_indices": states.token_indices,
                "layers": states.layers,
                "variant": asked.variant,
            }
            reader = BatchedReader(states.read, settings.at_once)
            rejected = extract(source, reader, asked.out / name, about, settings, _say)
            if asked.answers:
                answers = BatchedReader(
                    partial(answer, loaded, question, longest=asked.answers), reader.at_once
                )
                write_answers(source, answers, asked.out / name / "answers.jsonl", name, settings)
            for reason, number in sorted(rejected.items()):
                _say(f"{name}: {number} images left out: {reason}")
    except MmscrubError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, ConfigError) else 1
    return 0


def _model_digest(name: str, model: Any) -> str:
    """Digest of the weight files in a folder by name, size and time, else of the commit of the Hub."""
    folder = Path(name)
    if not folder.is_dir():
        return str(getattr(model.config, "_commit_hash", None) or name)
    files = sorted(folder.glob("*.safetensors"))
    return sha256(
        json.dumps([[one.name, one.stat().st_size, one.stat().st_mtime_ns] for one in files]).encode()
    ).hexdigest()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.probes.extract",
        description="Writes hidden states of a vision-language model, by layer and token, on the marked\n"
        "images of a watermarked split. Needs the gpu extra; runs on a GPU if there is one.",
        epilog="Example: python -m evaluation.probes.extract --model tuned --split OUT --out features/tuned\n"
        "then:    python -m evaluation.probes.score features/tuned/username --r0 features/r0/username",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--model", required=True, metavar="MODEL", help="folder, or Hub name in the local cache"
    )
    parser.add_argument(
        "--split", required=True, type=Path, metavar="OUT", help="output of mmscrub watermark"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FEATURES", help="a folder per question goes here"
    )
    parser.add_argument(
        "--ask",
        default="username,user_id",
        metavar="NAMES",
        help="fields to ask for, or all [username,user_id]",
    )
    parser.add_argument("--prompts", type=Path, metavar="FILE", help="YAML with questions of your own")
    parser.add_argument(
        "--tokens",
        default="last,role,image",
        metavar="PLACES",
        help="last token, role token, mean over image tokens [last,role,image]",
    )
    parser.add_argument(
        "--variant",
        default=Variant.MARKED.value,
        choices=[one.value for one in Variant],
        help="another twin of the same images, as a control [marked]",
    )
    parser.add_argument(
        "--at-once", type=int, default=16, metavar="N", help="images in a batch at first [16]"
    )
    parser.add_argument("--per-shard", type=int, default=256, metavar="N", help="images in a file [256]")
    parser.add_argument(
        "--store", default="float16", choices=list(STORES), help="type in the files [float16]"
    )
    parser.add_argument(
        "--dtype", default="auto", help="type of the weights: auto, bfloat16, float16, float32 [auto]"
    )
    parser.add_argument(
        "--answers", type=int, default=0, metavar="N", help="write answers of N tokens at most too [0: none]"
    )
    parser.add_argument("--download", action="store_true", help="let a Hub name be downloaded")
    return parser


if __name__ == "__main__":
    sys.exit(main())
