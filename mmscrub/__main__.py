"""``python -m mmscrub``."""

from mmscrub.cli import main

main()
