"""What becomes of the candidates that ENGRAM_CANARY and ENGRAM_SHADOW name, and why one is not tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from models.nearest import nearest
from models.runtime.version_labels import VersionLabels
from service.logs import Teller
from service.orders import Standing
from service.plans import Plan
from service.repository import Repository
from service.trial import Kind
from service.wishes import Sources

State = Literal["LOADING", "TRIED", "WITHDRAWN", "MISSING"]


@dataclass(frozen=True, slots=True)
class CandidateStatus:
    """Where a candidate stands; the reason says why it is not tried."""

    kind: Kind
    candidate: int | str
    version: int | None
    percent: float | None
    state: State
    reason: str = ""


class Candidates:
    """Keeps the repository's list of candidates, and says in the log which of them can never be tried."""

    def __init__(self, sources: Sources, repository: Repository, teller: Teller) -> None:
        self._plans: list[tuple[Kind, str, Plan]] = [
            *(("canary", name, plan) for name, plan in sources.canaries.items()),
            *(("shadow", name, plan) for name, plan in sources.shadows.items()),
        ]
        self._repository = repository
        self._teller = teller
        self._found: Mapping[str, Sequence[int]] | None = None

    def looked(self, found: Mapping[str, Sequence[int]], labels: VersionLabels, standing: Standing) -> None:
        """All versions that were ``found`` and are wanted have been tried: what is missing now is a fault."""
        self._found = found
        for name, statuses in self.refresh(labels, standing).items():
            for status in statuses:
                reason = f"the {status.kind} of {name!r} is not tried: {status.reason}"
                missing = status.state == "MISSING"
                about = f"candidate_missing {status.kind} {name}"
                self._teller.tell(about, reason if missing else None, "warning")

    def refresh(self, labels: VersionLabels, standing: Standing) -> dict[str, list[CandidateStatus]]:
        """Tells the repository where each candidate stands; nothing before the first look is over."""
        statuses: dict[str, list[CandidateStatus]] = {}
        if self._found is not None:
            for kind, name, plan in self._plans:
                version = plan.version(labels.get(name, {}))
                state, reason = self._state(kind, name, plan, version, standing)
                status = CandidateStatus(kind, plan.candidate, version, plan.percent, state, reason)
                statuses.setdefault(name, []).append(status)
            self._repository.candidates = statuses
        return statuses

    def _state(
        self, kind: Kind, name: str, plan: Plan, version: int | None, standing: Standing
    ) -> tuple[State, str]:
        known = self._repository.known()
        if name not in known:
            near = nearest(name, known)
            question = f"; did you mean {near!r}?" if near else ""
            return "MISSING", f"there is no model {name!r}{question}"
        if version is None:
            return "MISSING", f"no version has the label {plan.candidate!r}"
        if reason := standing.withdrawn.get(name, {}).get(version):
            return "WITHDRAWN", reason
        trials = self._repository.trials()
        kinds = {each.kind for each in trials if each.candidate.key == (name, version)}
        if kind in kinds:
            return "TRIED", ""
        if kinds:
            return "MISSING", f"version {version} is the canary already"
        return self._why_not(name, version, standing)

    def _why_not(self, name: str, version: int, standing: Standing) -> tuple[State, str]:
        if name in standing.unloaded:
            return "MISSING", "the model was unloaded"
        if self._repository.serving(name) == version:
            return "MISSING", f"version {version} is the one that serves"
        for status in self._repository.statuses(name):
            if status.version == version and status.state == "END" and status.error_message:
                return "MISSING", f"version {version} was refused: {status.error_message}"
        versions = (self._found or {}).get(name, [])
        if version not in versions and version not in self._repository.loaded_versions(name):
            has = ", ".join(map(str, versions)) or "none"
            return "MISSING", f"there is no version {version}; there are: {has}"
        return "LOADING", ""
