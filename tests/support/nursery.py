"""A process that has everything imported and forks a load for each line it is given.

``python -m tests.support.nursery``; a line holds what ``tests.support.load_once`` is called with.
It says ``pid NUMBER``, the load says what it has to say, and ``ended`` comes when it is gone. The
engine is not among what is imported: forked once it runs, it hangs.
"""

from __future__ import annotations

import os
import sys

from tests.support import load_once
from tests.support.load_once import say


def main() -> None:
    """Fork until there are no more lines."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            load_once.main(*line.split())
            os._exit(0)
        say("pid", str(child))
        os.waitpid(child, 0)
        say("ended")


if __name__ == "__main__":
    assert "chdb" not in sys.modules
    main()
