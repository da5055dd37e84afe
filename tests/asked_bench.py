"""Benchmarks of every form, in small."""

import json

from tests.vision_endpoint import picture

TASKS = ("direct", "vqa", "plain_caption")


def write_probes(folder, items, *, tasks=TASKS, row_group=7, name="disclosure-00000-of-00001.parquet"):
    """The output of mmscrub disclosure: every item's image in as many rows as there are tasks."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from schemas.benchmark_columns import PROBE_FEATURES
    from schemas.columns import arrow_schema

    schema = arrow_schema(PROBE_FEATURES)
    rows = []
    for item in range(items):
        image = {"bytes": picture((item % 256, 60, 60)), "path": f"{item}.png"}
        for task in tasks:
            row = dict.fromkeys(schema.names, "")
            row |= {"probe_id": f"{name[0]}{item:04d}-{task}", "item_id": f"d{item:04d}", "task": task}
            row |= {"test": "disclosure", "purpose": "private", "private_type": "email"}
            row |= {"prompt": f"As {task}: what is printed?", "gold": f"jo{item}@example.org"}
            row |= {"image": image, "width": 40, "height": 30, "fields": []}
            rows.append(row)
    path = folder / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=row_group)
    return folder


def write_numbered(folder, count):
    """The questions of MM-Privacy as their authors publish them; returns the file and the image root."""
    root = folder / "Direct"
    root.mkdir(parents=True)
    for number in range(1, count + 1):
        (root / f"{number}.png").write_bytes(picture((number, 0, 0)))
    path = folder / "evaluate_direct.json"
    rows = {str(number): {"type": "Email", "prompt": "Say the address."} for number in range(1, count + 1)}
    path.write_text(json.dumps(rows))
    return path, root
