"""Asks the other version of a trial what one has answered, in a thread of its own and many texts at once.

A request does not wait for it: it leaves its texts and goes on. What cannot be compared soon is left out.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.runtime.predictor import Prediction, prediction_as_dict
from service.logs import log_event
from service.trial import Trial
from service.versions import LoadedVersion

if TYPE_CHECKING:
    # Imported for real, it would read the environment before the service has set it.
    from service.trial_metrics import TrialMetrics

_MOST_WAITING = 1024
_MOST_TOGETHER = 64
# Rather a few texts together than one after the other, each of which would disturb a request.
_GATHER_S = 0.5


class _Answered:
    __slots__ = ("loaded", "prediction", "text", "trial")

    def __init__(self, trial: Trial, loaded: LoadedVersion, text: str, prediction: Prediction) -> None:
        self.trial = trial
        self.loaded = loaded
        self.text = text
        self.prediction = prediction


class Comparison:
    """Compares what two versions answer.

    Args:
        metrics: counts what was found.
    """

    def __init__(self, metrics: "TrialMetrics | None" = None) -> None:
        self._metrics = metrics
        self._waiting: deque[_Answered] = deque()
        self._work = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(
        self, trial: Trial, loaded: LoadedVersion, texts: Sequence[str], predictions: Sequence[Prediction]
    ) -> None:
        """``loaded`` has answered: the other one shall be asked, too."""
        room = max(0, _MOST_WAITING - len(self._waiting))
        self._waiting.extend(
            _Answered(trial, loaded, text, prediction)
            for text, prediction in zip(texts[:room], predictions[:room], strict=True)
        )
        if len(texts) > room:
            self._count(trial, "dropped", len(texts) - room)
        if self._thread is None:
            self._start()
        self._work.set()

    def compare_waiting(self) -> None:
        """Compares a batch of what waits; nothing where nothing does."""
        if not self._waiting:
            return
        first = self._waiting[0]
        batch: list[_Answered] = []
        while self._waiting and len(batch) < _MOST_TOGETHER:
            if (self._waiting[0].trial, self._waiting[0].loaded) != (first.trial, first.loaded):
                break
            batch.append(self._waiting.popleft())
        self._compare(first.trial, first.loaded, batch)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="comparison", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._work.wait()
            self._work.clear()
            time.sleep(_GATHER_S)
            while self._waiting:
                self.compare_waiting()

    def _compare(self, trial: Trial, loaded: LoadedVersion, batch: list[_Answered]) -> None:
        other = trial.other(loaded)
        try:
            answers = other.predictor.predict([each.text for each in batch])
            disagreed = sum(
                gist(loaded, each.prediction) != gist(other, answer)
                for each, answer in zip(batch, answers, strict=True)
            )
        except Exception as error:
            self._count(trial, "failed", len(batch))
            if other is trial.candidate:
                # An answer that does not come is a wrong one.
                trial.count_texts(len(batch), len(batch))
            log_event(
                "comparison_failed", "error", model=other.name, version=other.version, error=repr(error)
            )
            return
        trial.count_texts(len(batch), disagreed)
        self._count(trial, "disagreed", disagreed)
        self._count(trial, "agreed", len(batch) - disagreed)

    def _count(self, trial: Trial, outcome: str, texts: int) -> None:
        if self._metrics and texts:
            self._metrics.count_texts(trial, outcome, texts)


def gist(loaded: LoadedVersion, prediction: Prediction) -> Any:
    """What an answer says, without how sure it is: of whatever task."""
    body = prediction_as_dict(prediction, loaded.predictor.manifest, 1)
    if "labels" in body:
        return {score["label"] for score in body["labels"]}
    entities = [(each["start"], each["end"], each["entity"]) for each in body.get("entities", ())]
    return body.get("label"), body.get("intent", {}).get("name"), entities, body.get("output")
