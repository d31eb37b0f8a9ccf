"""``manifest.json``: everything a saved model says of itself, checked when it is read."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from models.text.spec import TextRule

SCHEMA_VERSION = 1

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
"""What a model may be called."""

Task = Literal["classification", "multilabel", "tagging", "joint"]
TAGGING: tuple[Task, ...] = ("tagging", "joint")
"""Tasks that give every token a tag."""


def main_metric(task: Task) -> str:
    """The metric that a model of a task is judged by first, and whose margin over the baseline is kept."""
    return "f1" if task in TAGGING else "accuracy"


# A fitted one is between 0.05 and 20 (``training.calibrate``); far outside, every answer is sure or none is.
LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 1e-3, 1e3

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Interval(_Part):
    """A figure with its bootstrap 95 % interval."""

    value: float
    low: float
    high: float


class Evaluation(_Part):
    """Metrics of one model on one set of rows.

    ``metrics`` maps a name (``accuracy``, ``macro_f1``, ``ece``, ``roc_auc``, ...) to its value and interval;
    ``per_class`` maps a label to ``precision``, ``recall``, ``f1`` and ``n``; ``slices`` maps a slice
    (``source=imdb``) to its own accuracy; ``confusion[i][j]`` counts rows of label i answered j.

    Tagging and joint: figures are those of entities, which are right where both ends and the type are; a
    class is a type; ``accuracy`` is the share of texts with every entity (and the intent) right. The last row
    of ``confusion`` counts entities that are none, its last column those without an answer at their place.
    ``errors`` counts wrong entities by kind.

    Multilabel: ``cardinality`` is the mean number of labels of a row: those it has (``labelled``) and those
    it is given (``answered``).
    """

    n: int
    metrics: dict[str, Interval]
    per_class: dict[str, dict[str, float]] = {}
    slices: dict[str, dict[str, float]] = {}
    confusion: list[list[int]] = []
    errors: dict[str, int] = {}
    cardinality: dict[str, float] = {}


class Calibration(_Part):
    """How raw outputs become an answer. ``temperature`` divides the logits.

    ``abstain_below``: a best guess with less confidence is marked ``abstained`` (classification);
    ``thresholds``: a label with at least this probability is answered (multilabel), one a label.
    """

    temperature: float = Field(ge=LOWEST_TEMPERATURE, le=HIGHEST_TEMPERATURE)
    abstain_below: Share = 0.0
    thresholds: list[Share] | None = None
    dev_answered: Share | None = None
    dev_accuracy_answered: Share | None = None


class DataReference(_Part):
    """What the training data looked like; what is served later can be held against it.

    ``length_shares`` maps limits, ascending, to the share of the texts with at most so many tokens and more
    than the limit before; the other texts are longer.
    """

    fingerprint: str
    rows: dict[str, int]
    skipped: dict[str, int]
    label_share: dict[str, float]
    length_quantiles: dict[str, float]
    length_shares: dict[str, Share] = {}
    unknown_rate: float
    truncated_rate: float


class GoldenExample(_Part):
    """A text with its ids and the outputs each model file gave when it was saved.

    ``outputs`` maps a model file's engine name to the raw outputs of this row.
    """

    text: str
    ids: list[int]
    outputs: dict[str, dict[str, list[FiniteFloat]]]


class EngineCheck(_Part):
    """How an engine's file answered beside the SavedModel when it was saved.

    ``max_difference``: the largest absolute difference of a raw output, over ``texts`` golden and dev texts.
    ``accuracy_change``: what the 8-bit file gains (above 0) or costs on dev, with a paired interval.
    """

    texts: int
    max_difference: float
    accuracy_change: Interval | None = None


class BaselineFacts(_Part):
    """A linear model fitted beside the network.

    ``dev_score`` is its accuracy on dev (multilabel: micro F1), by which the better one is chosen;
    ``metrics`` are those of the part that the network is judged on; ``seconds`` is 0 where an earlier run had
    fitted it.
    """

    name: str
    dev_score: float
    metrics: dict[str, Interval]
    seconds: float


class McNemar(_Part):
    """Rows that only one of two models answers rightly, and the p-value of McNemar's exact test."""

    network_only: int
    baseline_only: int
    p: Share


class RobustnessRow(_Part):
    """Accuracy on rows that were changed or chosen on purpose, by model.

    ``unchanged`` is the accuracy on the same rows before the change; None where none was made.
    ``group`` says what rows are told apart by; None where they are not a slice of the judged ones.
    """

    name: str
    n: int
    accuracy: dict[str, Share]
    unchanged: dict[str, Share] | None = None
    group: str | None = None


class CoveragePoint(_Part):
    """What share of the dev rows is answered at a confidence of at least ``threshold``, and how rightly."""

    threshold: Share
    coverage: Share
    accuracy: Share


class Tagging(_Part):
    """What a tagging or joint model has beside its labels.

    ``entities`` are the types of its tags: O, then B, I, E and S of each; ``characters`` is how many
    characters of a token are read beside its case, None where neither is.
    """

    entities: list[str]
    characters: int | None = None


class FileFact(_Part):
    """Hash and size of one file of the artifact."""

    sha256: str
    size: int


class Environment(_Part):
    """What the model was trained with."""

    python: str
    platform: str
    libraries: dict[str, str]
    git_commit: str | None


class Manifest(_Part):
    """The content of ``manifest.json``.

    ``baseline``, ``margin`` (accuracy of the network above the baseline's, with a paired interval; above 0
    where the network is better), ``mcnemar`` and ``robustness`` are those of the test part, or of dev where
    there is no test part.
    ``baselines`` are all that were fitted, the one of ``baseline`` first; ``abstention`` is a curve on dev.
    ``examples`` are dev texts to try the model with.
    ``labels`` are the intents of a joint model and the entity types of a tagging one; its margin is that of
    the F1 of entities.
    ``checksum`` is that of ``models.runtime.checksum``; None where the model was saved before there was one.
    """

    schema_version: Literal[1] = 1
    name: Annotated[str, Field(pattern=NAME_PATTERN)]
    version: int = Field(ge=1)
    task: Task
    labels: list[str]
    created: str
    config: dict[str, Any]
    text: TextRule
    text_table: str
    vocabulary_size: int
    parameters: int
    calibration: Calibration
    tagging: Tagging | None = None
    dev: Evaluation
    test: Evaluation | None
    baseline: Evaluation | None
    baseline_name: str | None
    baselines: list[BaselineFacts] = []
    margin: Interval | None = None
    mcnemar: McNemar | None = None
    robustness: list[RobustnessRow] = []
    abstention: list[CoveragePoint] = []
    data: DataReference
    training: dict[str, Any]
    golden: list[GoldenExample]
    examples: list[str] = []
    engines: dict[str, EngineCheck] = {}
    environment: Environment
    files: dict[str, FileFact]
    checksum: str | None = None
