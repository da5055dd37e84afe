"""Conversation records per second of the text side, beside Presidio's analyzer on the same texts.

    python benchmarks/text_speed.py --data llava/text_only.json [--step 10] [--save FILE]

Both run in ``--processes`` processes over every turn of the same records, one after the other in the same
run, with the same spaCy pipeline (the bundled one). mmscrub audits, cleans and verifies every record, with
its own name tagger. Presidio does less: it only analyses, looks for the entities of its default English
recognisers, and masks nothing. It is called once for each turn, as its documentation shows; mmscrub takes
records by 64, as the pipeline does, and remembers the words that its parser has seen.

Loading, and what is compiled at first use (``WARM`` other records), is not counted. A core's share of a
busy machine varies, so CPU seconds stand beside wall seconds and the ratio is given for both. Needs
``python -m pip install presidio-analyzer`` in an environment of its own: it may move pinned versions.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from evaluation.text.presets import preset
from runners.run_progress import usable_cores
from transforms.engines.registry import load_embedder, load_parser
from transforms.engines.spacy_english.engine import MODEL_FOLDER
from transforms.fidelity.told import telling_words
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import TurnText
from transforms.text.verifier_checks import checks_for

CHUNK = 64
WARM = 512
Turns = list[tuple[str, bool]]
Work = Callable[[Sequence[Turns]], None]


def mmscrub_work(policy_name: str) -> Work:
    policy = preset(policy_name)
    rules, parser, embedder = load_text_rules(policy), load_parser("bundled"), load_embedder("minilm")
    for check in checks_for(policy):
        _ = check.expression  # compiled at first use
    telling_words()  # read at first use

    def work(records: Sequence[Turns]) -> None:
        for start in range(0, len(records), CHUNK):
            chunk = [
                [TurnText(text, question) for text, question in turns]
                for turns in records[start : start + CHUNK]
            ]
            findings = audit_conversations(chunk, rules=rules, parser=parser)
            clean_conversations(
                chunk,
                findings,
                keys=[f"{start + index:08x}" for index in range(len(chunk))],
                policy=policy,
                rules=rules,
                parser=parser,
                embedder=embedder,
            )

    return work


def presidio_work(_: str) -> Work:
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    # The list of top-level domains that comes with it: without this it first tries to fetch a newer one.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    engine = AnalyzerEngine(
        nlp_engine=SpacyNlpEngine(models=[{"lang_code": "en", "model_name": str(MODEL_FOLDER)}]),
        supported_languages=["en"],
    )

    def work(records: Sequence[Turns]) -> None:
        for turns in records:
            for text, _ in turns:
                engine.analyze(text, language="en")

    return work


def _process(
    make: Callable[[str], Work],
    policy: str,
    warm: Sequence[Turns],
    records: Sequence[Turns],
    ready: multiprocessing.synchronize.Barrier,
    seconds: multiprocessing.queues.Queue[float],
) -> None:
    work = make(policy)
    work(warm)
    ready.wait()
    started = time.process_time()
    work(records)
    seconds.put(time.process_time() - started)


def measure(
    make: Callable[[str], Work], policy: str, records: Sequence[Turns], warm: Sequence[Turns], processes: int
) -> dict[str, float]:
    """Wall and summed CPU seconds for ``records``, dealt to the processes in turn, after ``warm``."""
    context = multiprocessing.get_context("spawn")
    ready, seconds = context.Barrier(processes + 1), context.Queue()
    workers = [
        context.Process(target=_process, args=(make, policy, warm, records[one::processes], ready, seconds))
        for one in range(processes)
    ]
    for worker in workers:
        worker.start()
    ready.wait()
    started = time.monotonic()
    cpu = sum(seconds.get() for _ in workers)
    wall = time.monotonic() - started
    for worker in workers:
        worker.join()
    turns = sum(map(len, records))
    return {
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "records_per_s": round(len(records) / wall, 1),
        "records_per_cpu_s": round(len(records) / cpu, 1),
        "turns_per_s": round(turns / wall, 1),
        "turns_per_cpu_s": round(turns / cpu, 1),
    }


def read_records(path: Path) -> list[Turns]:
    return [
        [(turn["value"], turn["from"] != "gpt") for turn in record["conversations"]]
        for record in json.loads(path.read_text("utf-8"))
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--policy", default="standard")
    parser.add_argument("--step", type=int, default=10, help="one of so many records is taken")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--save", type=Path)
    args = parser.parse_args()
    # One thread per process on both sides: the processes are the parallelism.
    os.environ["OMP_NUM_THREADS"] = "1"
    records = read_records(args.data)
    chosen, warm = records[:: args.step], records[1 :: args.step][:WARM]
    packages = ("mmscrub", "spacy", "onnxruntime", "presidio-analyzer")
    result: dict[str, object] = {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": platform.processor() or platform.machine(),
        "cores": usable_cores(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "command": " ".join(["python", "benchmarks/text_speed.py", *sys.argv[1:]]),
        "records": len(chosen),
        "turns": sum(map(len, chosen)),
    }
    ours = measure(mmscrub_work, args.policy, chosen, warm, args.processes)
    theirs = measure(presidio_work, args.policy, chosen, warm, args.processes)
    result |= {
        "mmscrub": ours,
        "presidio": theirs,
        "times_presidio": round(ours["records_per_s"] / theirs["records_per_s"], 2),
        "times_presidio_cpu": round(ours["records_per_cpu_s"] / theirs["records_per_cpu_s"], 2),
    }
    print(json.dumps(result, indent=2))
    if args.save:
        args.save.write_text(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
