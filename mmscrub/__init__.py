"""mmscrub makes image-text training corpora safe to publish. Users import only this package."""

from mmscrub.guard import check_packages

check_packages()

from mmscrub.api import audit, build, load_findings  # noqa: E402  (the guard must run first)

__all__ = ["audit", "build", "load_findings"]
