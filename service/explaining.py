"""Explanations: some hundred rows a text, computed beside the requests, and few at a time."""

import time
from collections.abc import Sequence

from models.errors import InputError
from models.runtime.explain import Explanation, explain
from models.runtime.predictor import Predictor
from service.concurrency import Concurrency
from service.errors import DeadlineError, InvalidRequestError, QueueFullError
from service.reply_size import check_reply, probabilities_listed

MOST_AT_ONCE = 8
"""Requests for explanations that a worker has begun and not answered."""


class Explainer:
    """Explains texts one by one, in the threads for long computations."""

    def __init__(self, concurrency: Concurrency) -> None:
        self._concurrency = concurrency
        self._begun = 0

    def run(
        self, predictor: Predictor, texts: Sequence[str], deadline: float, top: int | None = None
    ) -> list[Explanation]:
        """One explanation a text.

        Args:
            deadline: ``time.monotonic()`` at which nobody waits for it any more; looked at between texts.
            top: how many labels the reply lists for each word; None: all.

        Raises:
            InvalidRequestError: this kind of model cannot be explained.
            QueueFullError: too many explanations have been asked for.
            DeadlineError: they were not there in time.
            ReplyTooLargeError: they would list too much.
        """
        if self._begun >= MOST_AT_ONCE:
            raise QueueFullError(f"{self._begun} requests for explanations are being answered already")
        self._begun += 1
        try:
            explanations: list[Explanation] = []
            prefixes = 0
            for text in texts:
                explanations.append(self._explain(predictor, text, deadline))
                # Before the next one: how many words a text has is not known before it is read.
                prefixes += len(explanations[-1].prefixes)
                check_reply(prefixes * probabilities_listed(predictor.manifest, top))
            return explanations
        finally:
            self._begun -= 1

    def _explain(self, predictor: Predictor, text: str, deadline: float) -> Explanation:
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeadlineError("the explanation was not there in time")
        try:
            return self._concurrency.compute(lambda: explain(predictor, text), seconds=left)
        except InputError as error:
            raise InvalidRequestError(str(error).rstrip(".")) from error
