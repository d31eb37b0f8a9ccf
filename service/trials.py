"""Answers requests that try a candidate: who answers, what is counted, what is compared afterwards."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.runtime.predictor import Prediction
from service.comparison import Comparison
from service.errors import DeadlineError, QueueFullError
from service.logs import log_event
from service.trial import Trial
from service.versions import LoadedVersion

if TYPE_CHECKING:
    # Imported for real, it would read the environment before the service has set it.
    from service.trial_metrics import TrialMetrics


class Trials:
    """The trials of one application.

    Args:
        metrics: counts what was found.
        comparison: asks the other version afterwards.
    """

    def __init__(self, metrics: "TrialMetrics | None" = None, comparison: Comparison | None = None) -> None:
        self._metrics = metrics
        self._comparison = comparison or Comparison(metrics)

    def answer(
        self, trial: Trial, loaded: LoadedVersion, texts: Sequence[str], deadline: float
    ) -> tuple[LoadedVersion, Sequence[Prediction]]:
        """Who answered, and one prediction a text. Where a canary fails, the stable version answers.

        Args:
            loaded: who shall answer: the candidate or the stable version.

        Raises:
            RequestError: the answer was not there in time, or too much is waiting.
        """
        try:
            predictions = _ask(loaded, texts, deadline)
        except QueueFullError:
            raise
        except Exception as error:
            if loaded is not trial.candidate:
                raise
            self._count(trial, failed=True)
            if isinstance(error, DeadlineError):
                raise
            log_event("canary_failed", "error", model=loaded.name, version=loaded.version, error=repr(error))
            return trial.stable, _ask(trial.stable, texts, deadline)
        if loaded is trial.candidate:
            self._count(trial, failed=False)
        self._comparison.add(trial, loaded, texts, predictions)
        return loaded, predictions

    def _count(self, trial: Trial, *, failed: bool) -> None:
        trial.count_request(failed=failed)
        if self._metrics:
            self._metrics.count_request(trial, failed=failed)


def _ask(loaded: LoadedVersion, texts: Sequence[str], deadline: float) -> Sequence[Prediction]:
    encode = loaded.predictor.encode
    return loaded.batcher.run([encode(text) for text in texts], deadline)
