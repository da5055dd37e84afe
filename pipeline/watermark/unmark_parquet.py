"""Takes marks out of Parquet files: embedded images by their digest, references in any text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from schemas.errors import RunFailed
from transforms.watermark.unmark import References, Twins, unmark_text

_ROWS = 64


@dataclass(slots=True)
class _Editor:
    """Rewrites values; ``clean_bytes`` gives the clean twin's file for the digest of a marked one."""

    twins: Twins
    found: References
    clean_bytes: Callable[[bytes], bytes | None]
    images: int = 0

    def edit(self, value: Any) -> Any:
        """``value`` without marks; the same object where there are none."""
        if isinstance(value, str):
            encoded = value.encode("utf-8", "surrogatepass")
            edited, found = unmark_text(encoded, self.twins)
            self.found.rewritten += found.rewritten
            self.found.already_clean += found.already_clean
            self.found.unknown += found.unknown
            return edited.decode("utf-8", "surrogatepass") if found.rewritten else value
        if isinstance(value, bytes):
            clean = self.clean_bytes(sha256(value).digest())
            self.images += clean is not None
            return value if clean is None else clean
        if isinstance(value, list):
            return _same_or_new(value, [self.edit(one) for one in value])
        if isinstance(value, dict):
            edited_values = [self.edit(one) for one in value.values()]
            if all(new is old for new, old in zip(edited_values, value.values(), strict=True)):
                return value
            return dict(zip(value, edited_values, strict=True))
        return value


def _same_or_new(old: list[Any], new: list[Any]) -> list[Any]:
    return old if all(one is other for one, other in zip(old, new, strict=True)) else new


def unmark_parquet(
    source: Path,
    target: Path,
    twins: Twins,
    found: References,
    clean_bytes: Callable[[bytes], bytes | None],
) -> int:
    """Writes ``source`` to ``target`` without marks and returns how many embedded images were replaced.

    Columns without any mark keep their values untouched. Raises RunFailed for what is no Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    editor = _Editor(twins, found, clean_bytes)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with pq.ParquetFile(source) as file, pq.ParquetWriter(target, file.schema_arrow) as writer:
            for batch in file.iter_batches(_ROWS):
                columns = []
                for kind, column in zip(batch.schema, batch.columns, strict=True):
                    values = column.to_pylist()
                    edited = _same_or_new(values, [editor.edit(value) for value in values])
                    columns.append(column if edited is values else pa.array(edited, kind.type))
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=batch.schema))
    except (OSError, pa.ArrowException) as error:
        raise RunFailed(f"a Parquet file cannot be read or written ({type(error).__name__})") from None
    return editor.images
