"""What happens next when something goes wrong: the class says it, only the graph acts on it."""

from __future__ import annotations

from pathlib import Path
from reprlib import Repr

from schemas.reasons import Reason, Stage

_SHORT = Repr()
# A value comes from a file of the user's: one word, or a list that unfolds to gigabytes.
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother, _SHORT.maxlong = 2, 300, 300, 60


class MmscrubError(Exception):
    """Base of every error that mmscrub raises on purpose. Messages never hold a record's content."""


class RejectRecord(MmscrubError):
    """This record goes to quarantine; the rest goes on."""

    def __init__(self, stage: Stage, reason: Reason) -> None:
        super().__init__(f"{stage.value}: {reason.value}")
        self.stage = stage
        self.reason = reason

    def __reduce__(self) -> tuple[type[RejectRecord], tuple[Stage, Reason]]:
        return (type(self), (self.stage, self.reason))


class ConfigError(MmscrubError):
    """The call or the config is wrong: exit 2 before work starts. Names key, value and remedy."""

    def __init__(self, key: str, value: object, remedy: str) -> None:
        shown = str(value) if isinstance(value, Path) else value
        super().__init__(f"{key}: {_SHORT.repr(shown)}: {remedy}")
        self.key = key
        self.value = value
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, object, str]]:
        return (type(self), (self.key, self.value, self.remedy))


class RunFailed(MmscrubError):
    """The run cannot go on or did not balance: exit 1."""
