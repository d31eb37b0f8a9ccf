"""The real service process on fake models: ``python -m tests.service.fake_service``.

FAKE_LOAD_S and FAKE_RUN_S say how long loading a version and running a batch take.
"""

import os
import sys
import time
from pathlib import Path

from models.runtime.engines.base import Ids, Outputs
from models.runtime.predictor import Predictor
from service import loading
from service.__main__ import main
from tests.service.fakes import FakeEngine, FakeStore


class SlowEngine(FakeEngine):
    def run(self, ids: Ids, lengths: Ids) -> Outputs:
        time.sleep(float(os.environ.get("FAKE_RUN_S", "0")))
        return super().run(ids, lengths)


def open_fake(path: Path, engine: str, max_batch: int) -> Predictor:
    time.sleep(float(os.environ.get("FAKE_LOAD_S", "0")))
    predictor = FakeStore(path.parent.parent).open(path)
    return Predictor(predictor.artifact, SlowEngine())


if __name__ == "__main__":
    # The application takes it from there, in the worker.
    loading.open_warm = open_fake
    sys.exit(main())
