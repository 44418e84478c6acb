"""``python -m cockpit`` is the same as ``cockpit``."""

from cockpit.cli import main

main()
