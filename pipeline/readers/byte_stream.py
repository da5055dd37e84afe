"""Opens a source as plain bytes: any file system of fsspec, decompressed by the ending of its name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from schemas.errors import ConfigError

COMPRESSIONS = {".gz": "gzip", ".tgz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
INPUT_KEY = "INPUT"


def compression_of(uri: str) -> str | None:
    """The codec that the ending of ``uri`` names: gzip, bz2, xz, zstd or None."""
    name = uri.lower()
    return next((codec for ending, codec in COMPRESSIONS.items() if name.endswith(ending)), None)


def is_local(uri: str) -> bool:
    """True if ``uri`` is a path of this machine rather than a URL."""
    return "://" not in uri and "::" not in uri


def open_stored(uri: str) -> IO[bytes]:
    """Opens the stored (still compressed) bytes for reading, seekable. Raises ConfigError if that fails."""
    try:
        if is_local(uri):
            return Path(uri).open("rb")
        import fsspec

        return cast(IO[bytes], fsspec.open(uri, "rb").open())
    except Exception as error:  # noqa: BLE001  (every library behind fsspec raises its own)
        raise ConfigError(INPUT_KEY, uri, f"cannot be opened ({type(error).__name__})") from None


def _decompressed(stored: IO[bytes], codec: str | None) -> IO[bytes]:
    if codec == "gzip":
        return cast(IO[bytes], gzip.GzipFile(fileobj=stored, mode="rb"))
    if codec == "bz2":
        return bz2.BZ2File(stored, "rb")
    if codec == "xz":
        return lzma.LZMAFile(stored, "rb")
    if codec == "zstd":
        import zstandard

        reader = zstandard.ZstdDecompressor().stream_reader(stored, read_across_frames=True)
        return cast(IO[bytes], io.BufferedReader(cast(Any, reader)))
    return stored


class ByteStream:
    """Sequential bytes of a source. A compressed file that ends early or fails its checksum reads as if it
    ended there, and ``damaged`` turns true: what came before is still good."""

    def __init__(self, raw: IO[bytes], codec: str | None) -> None:
        self.damaged = False
        self._raw = raw
        self._errors = _codec_errors(codec)

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end."""
        if not self._errors:
            return self._raw.read(size)
        parts: list[bytes] = []
        while size > 0 and not self.damaged:
            try:
                # In one step at most: a longer read would lose what came before the damage.
                part = cast(io.BufferedReader, self._raw).read1(size)
            except self._errors:
                self.damaged = True
                break
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def chunks(self, size: int) -> Iterator[bytes]:
        """The rest of the stream in pieces of at most ``size`` bytes."""
        while chunk := self.read(size):
            yield chunk


def _codec_errors(codec: str | None) -> tuple[type[BaseException], ...]:
    if codec is None:
        return ()
    # bz2 and the gzip checksum report bad data as a plain OSError.
    errors: list[type[BaseException]] = [EOFError, zlib.error, lzma.LZMAError, OSError]
    if codec == "zstd":
        import zstandard

        errors.append(zstandard.ZstdError)
    return tuple(errors)


@contextmanager
def open_stream(uri: str) -> Iterator[ByteStream]:
    """Opens ``uri`` decompressed. Raises ConfigError if it cannot be opened."""
    codec = compression_of(uri)
    with open_stored(uri) as stored, _decompressed(stored, codec) as plain:
        yield ByteStream(plain, codec)
