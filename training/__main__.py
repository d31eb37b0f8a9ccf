"""``python -m training VERB``."""

import os
import sys

if __name__ == "__main__":
    # Python puts the folder it is started in (or that of this file) before all others: a models.py of the
    # user's in it would hide our package of that name.
    _root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and os.path.realpath(sys.path[0]) != os.path.realpath(_root):
        del sys.path[0]
    if _root not in sys.path:
        sys.path.append(_root)

from training.cli.main import run

if __name__ == "__main__":
    run()
