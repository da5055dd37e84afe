"""The parts of a watermarked split that probes read, with noise for images."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image


def make_split(folder, *, identities=5, images=4, folds=3, variant="marked"):
    """``identities`` of each pool on ``images`` images each; returns ``folder``."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    (folder / "manifest").mkdir()
    rows = []
    for number in range(2 * identities * images):
        who = number // images
        path = f"images/{rng.bytes(6).hex()}.jpg"
        Image.fromarray(rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)).save(folder / path)
        rows.append(
            {
                "path": path,
                "split": "test1" if who % 2 else "test2",
                "source_sha256": f"{number:064x}",
                "identity_id": f"identity-{who}",
                "fold_identity": who // 2 % folds,
                "fold_image": who // 2 % folds,
            }
        )
    pq.write_table(pa.Table.from_pylist(rows), folder / "manifest" / "probes.parquet")
    others = [
        {"path": row["path"], "source_sha256": row["source_sha256"], "variant": "clean", "published": False}
        for row in rows
    ]
    pq.write_table(pa.Table.from_pylist(others), folder / "manifest" / "images-00000.parquet")
    return folder
