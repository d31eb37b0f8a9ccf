"""A training run in one TOML file: every key, its type, its limits and its default.

An unknown key, a wrong type or an impossible combination is refused before any work starts.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.runtime.manifest import Task
from models.text.spec import Segmenter, Truncation, Unit

Positive = Annotated[int, Field(ge=1)]
Dropout = Annotated[float, Field(ge=0.0, lt=1.0)]
Fraction = Annotated[float, Field(gt=0.0, lt=1.0)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class Section(BaseModel):
    """A part of the file; unknown keys are refused, values are not coerced between types."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataConfig(Section):
    """``[data]``: where the rows are. Paths are relative to the config file; dev and test may be fractions."""

    train: Path
    dev: Path | Fraction = 0.1
    test: Path | Fraction | None = 0.1
    text_column: str = "text"
    label_column: str = "label"
    label_names: dict[str, str] | None = None
    separator: str | None = None
    slice_column: str | None = None
    unlabelled: Path | None = None


class TextConfig(Section):
    """``[text]``: how a string becomes token ids."""

    unit: Unit = "word"
    lowercase: bool = True
    vocabulary_size: Annotated[int, Field(ge=3)] = 30_000
    min_count: Positive = 2
    max_length: Positive = 400
    truncate: Truncation = "head+tail"
    segmenter: Segmenter | None = None


class ModelConfig(Section):
    """``[model]``: the network. Names are checked against the registry."""

    input: str = "embedding"
    embedding_size: Positive = 128
    cell: str = "lstm"
    units: Positive = 64
    layers: Annotated[int, Field(ge=1, le=8)] = 1
    bidirectional: bool = True
    pooling: str = "max+mean"
    embedding_dropout: Dropout = 0.2
    dropout: Dropout = 0.3


class TrainingConfig(Section):
    """``[training]``: how the network learns."""

    epochs: Positive = 10
    batch_size: Positive = 64
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    learning_rate: Annotated[float, Field(gt=0.0)] = 1e-3
    schedule: Literal["constant", "cosine", "linear"] = "constant"
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.0
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    clip_norm: Annotated[float, Field(gt=0.0)] | None = 1.0
    patience: Positive = 2
    monitor: Literal["accuracy", "macro_f1", "loss"] = "accuracy"
    class_weight: Literal["none", "balanced"] = "none"


class CalibrationConfig(Section):
    """``[calibration]``: when an answer is marked as abstained.

    With ``target_accuracy``, the lowest threshold at which the answered dev rows reach it; otherwise the
    threshold at which ``coverage`` of the dev rows are answered.
    """

    target_accuracy: Fraction | None = None
    coverage: Annotated[float, Field(gt=0.0, le=1.0)] = 0.95


class OutputConfig(Section):
    """``[output]``: where the artifact goes."""

    artifacts: Path = Path("artifacts")
    onnx: bool | Literal["int8"] = False


class Config(Section):
    """A whole run."""

    name: Name
    task: Task = "classification"
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    data: DataConfig
    text: TextConfig = TextConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    calibration: CalibrationConfig = CalibrationConfig()
    output: OutputConfig = OutputConfig()
