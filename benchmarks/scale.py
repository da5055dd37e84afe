"""Throughput and memory of ``mmscrub build`` at several sizes of the same corpus.

    python benchmarks/scale.py --input corpus.json --images none --sizes 1 4 16

Each size holds that many copies of the corpus, with ids of their own. Memory is the sum over the process
tree, sampled ten times a second: resident (RSS, counts shared pages once per process). Prints hardware,
versions and the command, and writes the figures as JSON if ``--save`` names a file.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from runners.run_progress import usable_cores

SAMPLE = Path(__file__).resolve().parent.parent / "examples" / "sample"


def copies(source: Path, times: int, target: Path) -> int:
    records = json.loads(source.read_text())
    with target.open("w") as file:
        for copy in range(times):
            for record in records:
                file.write(json.dumps(record | {"id": f"{record.get('id', '')}-{copy}"}) + "\n")
    return len(records) * times


def tree_rss(process: psutil.Process) -> int:
    total = 0
    for member in (process, *process.children(recursive=True)):
        try:
            total += member.memory_info().rss
        except psutil.Error:
            continue
    return total


def measure(command: list[str]) -> tuple[float, int, int]:
    """Wall seconds, peak RSS of the tree in bytes, exit status."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tree = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, tree_rss(tree))
        except psutil.Error:
            break
        time.sleep(0.1)
    return time.monotonic() - started, peak, process.wait()


def run_size(args: argparse.Namespace, times: int, folder: Path) -> dict[str, float]:
    corpus = folder / f"x{times}.jsonl"
    records = copies(args.input, times, corpus)
    out = folder / f"out{times}"
    command = [sys.executable, "-P", "-m", "mmscrub", "build", str(corpus), "--images", str(args.images)]
    command += ["--out", str(out), "--workers", str(args.workers), "--policy", args.policy]
    seconds, peak, status = measure(command)
    if status:
        sys.exit(f"mmscrub build ended with {status} at {times}x")
    images = json.loads((out / "audit" / "summary.json").read_text())["images"]["distinct"]
    corpus.unlink()
    return {
        "size": times,
        "records": records,
        "seconds": round(seconds, 1),
        "records_per_s": round(records / seconds, 1),
        "images": images,
        "images_per_s": round(images / seconds, 2),
        "peak_rss_mb": round(peak / 1e6),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", type=Path, default=SAMPLE / "llava.json")
    parser.add_argument("--images", default=str(SAMPLE / "images"))
    parser.add_argument("--policy", default="standard")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--save", type=Path)
    args = parser.parse_args()
    hardware = {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": platform.processor() or platform.machine(),
        "cores": usable_cores(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "versions": {
            name: version(name) for name in ("mmscrub", "apache-beam", "spacy", "onnxruntime", "pyarrow")
        },
        "command": " ".join(["python", "benchmarks/scale.py", *sys.argv[1:]]),
    }
    print(json.dumps(hardware, indent=2))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for times in args.sizes:
            rows.append(run_size(args, times, Path(folder)))
            print(json.dumps(rows[-1]), flush=True)
    growth = rows[-1]["peak_rss_mb"] / rows[0]["peak_rss_mb"] - 1
    print(f"RSS grows by {growth:.1%} from {rows[0]['size']}x to {rows[-1]['size']}x")
    if args.save:
        args.save.write_text(
            json.dumps(hardware | {"rows": rows, "rss_growth": round(growth, 4)}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
