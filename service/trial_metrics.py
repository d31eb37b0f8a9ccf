"""Metrics of candidates that are tried."""

from prometheus_client import CollectorRegistry, Counter

from service.trial import Trial


class TrialMetrics:
    """Counters of one application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "engram_canary_requests_total",
            "Requests that a canary should answer; failed ones were answered by the stable version.",
            ["model", "version", "outcome"],
            registry=registry,
        )
        self.texts = Counter(
            "engram_trial_texts_total",
            "Texts that a candidate and the stable version both answered, or should have.",
            ["model", "version", "kind", "outcome"],
            registry=registry,
        )
        self.withdrawn = Counter(
            "engram_withdrawn_total",
            "Candidates that were withdrawn by themselves.",
            ["model", "version"],
            registry=registry,
        )

    def count_request(self, trial: Trial, *, failed: bool) -> None:
        """The canary should have answered a request."""
        outcome = "failed" if failed else "answered"
        self.requests.labels(trial.candidate.name, str(trial.candidate.version), outcome).inc()

    def count_texts(self, trial: Trial, outcome: str, texts: int) -> None:
        """Texts were compared, or could not be."""
        self.texts.labels(trial.candidate.name, str(trial.candidate.version), trial.kind, outcome).inc(texts)

    def count_withdrawn(self, name: str, version: int) -> None:
        """A candidate was withdrawn."""
        self.withdrawn.labels(name, str(version)).inc()
