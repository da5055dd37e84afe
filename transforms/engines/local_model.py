"""Where the files of a model of transformers lie on this machine. Nothing is downloaded."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import ConfigError


def local_folder(model: str, key: str) -> Path:
    """The folder of ``model``: a folder, or a Hub name in the local cache. ConfigError for ``key``, with the
    command that brings it, if it is not on this machine."""
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError, ValueError):
        remedy = f"neither a folder nor in the local cache: download it first, e.g. hf download {model}"
        raise ConfigError(key, f"transformers:{model}", remedy) from None
