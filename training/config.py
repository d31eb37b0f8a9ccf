"""A training run in one TOML file: every key, its type, its limits and its default.

An unknown key, a wrong type or an impossible combination is refused before any work starts. Reading such a
file is in ``training.config_file``; what an error or a comment says of a key is in ``training.config_keys``.
"""

import re
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator

from models.runtime.manifest import NAME_PATTERN, Task
from models.text.spec import Segmenter, Truncation, Unit

Positive = Annotated[int, Field(ge=1)]
Dropout = Annotated[float, Field(ge=0.0, lt=1.0)]
Fraction = Annotated[float, Field(gt=0.0, lt=1.0)]
# TOML has no paths: these are the only keys where a string becomes something else.
Periods = Annotated[
    tuple[Positive, ...],
    # TOML has arrays only.
    Field(
        strict=False,
        json_schema_extra={"allowed": "ascending whole numbers of at least 1, such as [1, 2, 4, 8]"},
    ),
]
FilePath = Annotated[Path, Field(strict=False)]
Name = Annotated[
    str,
    Field(
        pattern=NAME_PATTERN,
        json_schema_extra={
            "allowed": "1 to 100 letters, digits, '.', '_' or '-', the first a letter or digit"
        },
    ),
]

# The parts in ``models.networks.registry``, which cannot be asked here: it imports Keras, and a config is
# refused before that. A test compares the two.
INPUTS = ("embedding", "letter-trigram", "one-hot")
CELLS = (
    "clockwork",
    "feedforward",
    "gru",
    "irnn",
    "jordan",
    "lstm",
    "peephole_lstm",
    "scrn",
    "simple_rnn",
)
POOLINGS = ("attention", "last", "max", "max+mean", "mean")

# Keys of [model] that only a network with tags has.
TAGGING_KEYS = (
    "crf",
    "characters",
    "character_length",
    "character_size",
    "character_units",
    "capitalisation",
)


def _part_of(names: tuple[str, ...]) -> Any:
    """One of some names, alone (its newest version) or with a version (``lstm.v1``)."""
    pattern = rf"^(?:{'|'.join(map(re.escape, names))})(?:\.v[1-9][0-9]*)?$"
    allowed = "one of " + ", ".join(f'"{name}"' for name in names)
    return Field(pattern=pattern, json_schema_extra={"allowed": allowed})


class Section(BaseModel):
    """A part of the file; unknown keys are refused, values are not coerced between types.

    TOML has no null: the string "none" unsets a key that can be unset.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def _none_unsets(cls, value: Any, info: ValidationInfo) -> Any:
        annotation = cls.model_fields[str(info.field_name)].annotation
        return None if value == "none" and NoneType in get_args(annotation) else value


class DataConfig(Section):
    """Where the rows are. Paths are relative to this file's folder."""

    train: FilePath
    """File of labelled rows: .csv, .tsv, .jsonl (each plain or .gz) or .parquet."""
    dev: FilePath | Fraction = 0.1
    """Rows that choose the best weights and the thresholds: a file, or a share of the training rows."""
    test: FilePath | Fraction | None = 0.1
    """Rows judged once, at the end: a file, or a share of the training rows."""
    equal_texts: Literal["together", "apart"] = "together"
    """Whether dev and test as shares keep equal texts in one part; "apart" draws each row for itself, for
    data whose coming texts repeat those of train."""
    text_column: str = "text"
    """Column that holds the text."""
    label_column: str = "label"
    """Column that holds the label, or the labels ("labels" by default for multilabel)."""
    tokens_column: str = "tokens"
    """Tagging and joint: column that holds the tokens, a list; in CoNLL columns always the first."""
    tags_column: str = "tags"
    """Tagging and joint: column that holds the tags, BIO or BIOES; in CoNLL columns always the last."""
    intent_column: str = "intent"
    """Joint: column that holds the intent; in CoNLL columns a line "# intent = NAME"."""
    label_names: dict[str, str] | None = None
    """Names shown instead of what stands in the file, such as { 0 = "negative", 1 = "positive" }."""
    separator: str | None = None
    """Multilabel: what stands between the labels of a cell; without one, a cell is a JSON list."""
    slice_column: str | None = None
    """Column by whose values metrics are also given, such as a source."""
    other: FilePath | None = None
    """Labelled rows of another domain, only judged: how much of the answer holds outside of train."""
    unlabelled: FilePath | None = None
    """File of texts without labels, that word vectors are also fitted on: plain lines, or a column."""
    unlabelled_overlap: Literal["refuse", "drop", "keep"] = "refuse"
    """What becomes of unlabelled texts that dev or test holds too."""


class TextConfig(Section):
    """How a text becomes token ids."""

    unit: Unit = "word"
    """What a token is. A Han character is a token of its own in both."""
    lowercase: bool = True
    """Fold letters to lower case."""
    vocabulary_size: Annotated[int, Field(ge=3)] = 30_000
    """Most tokens known, counting padding and other."""
    min_count: Positive = 2
    """How often a token must stand in the training texts to be known."""
    unlabelled_min_count: Positive | None = None
    """How often one that they lack must stand in the texts of data.unlabelled to be known too, by the vector
    that model.vectors = "word2vec" fits it; "none" knows the tokens of the training texts alone."""
    max_length: Positive = 400
    """Most tokens of a text that are read."""
    truncate: Truncation = "head+tail"
    """Which tokens of a longer text are read; "head+tail" reads a third from its beginning."""
    segmenter: Segmenter | None = None
    """Word segmenter for text written without spaces."""


class ModelConfig(Section):
    """The network."""

    input: Annotated[str, _part_of(INPUTS)] = "embedding"
    """How a token becomes a vector: one learned for it, the sum of its trigrams', or 1 in its place."""
    embedding_size: Positive = 128
    """Numbers in a token's vector; one-hot vectors have as many as the vocabulary."""
    vectors: Literal["word2vec"] | FilePath | None = None
    """What the vectors start from: "word2vec" fits them on the training and the unlabelled texts first; a
    file of word2vec, GloVe or fastText holds them. training.embedding_rate = 0 keeps them as they are."""
    cell: Annotated[str, _part_of(CELLS)] = "lstm"
    """The recurrent cell."""
    units: Positive = 64
    """Numbers in the state of a cell, for each direction."""
    layers: Annotated[int, Field(ge=1, le=8)] = 1
    """Recurrent layers, one on top of the other."""
    bidirectional: bool = True
    """Read each text from both ends."""
    output_units: Positive | None = None
    """Numbers in the output layer that is the memory (jordan only); "none" means units."""
    output_activation: Literal["linear", "relu", "sigmoid", "softmax", "tanh"] = "tanh"
    """Activation of that layer (jordan only)."""
    periods: Periods = (1, 2, 4, 8)
    """Every how many tokens each group of units takes a step (clockwork only); the groups divide units."""
    context_units: Positive = 32
    """Numbers in the slowly changing context (scrn only)."""
    alpha: Fraction = 0.95
    """Share of the context that stays at a step (scrn only)."""
    window: Annotated[int, Field(ge=1, le=100)] = 3
    """Tokens seen at once, a token and those before it (feedforward only)."""
    pooling: Annotated[str, _part_of(POOLINGS)] = "max+mean"
    """How the states of a text become one vector."""
    embedding_dropout: Dropout = 0.2
    """Share of the embedding's channels dropped in training, for a whole text."""
    layer_dropout: Dropout = 0.0
    """Share of the channels between two recurrent layers dropped in training, for a whole text."""
    dropout: Dropout = 0.3
    """Share of the pooled features dropped in training."""
    crf: bool = True
    """Tagging and joint: learn which tag follows which; false chooses every tag alone."""
    characters: Literal["cnn", "lstm"] | None = None
    """Tagging and joint: what reads the characters of each token, in their own case."""
    character_length: Positive = 16
    """Characters of a token that are read, from its beginning."""
    character_size: Positive = 25
    """Numbers in a character's vector."""
    character_units: Positive = 50
    """Filters over the characters, or numbers in the state of each direction."""
    capitalisation: bool = False
    """Tell the network how each token is capitalised; text.lowercase decides whether its id tells too."""
    wide: bool = False
    """Add a linear model of the text's 1-3-grams (joint: for the intent), blended by scales fitted on dev."""


class TrainingConfig(Section):
    """How the network learns."""

    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    """Start of the network's weights, batches and dropout alone; the split keeps the seed of the run."""
    epochs: Positive = 10
    """Most times every training row is read."""
    batch_size: Positive = 64
    """Rows in a batch."""
    batch_tokens: Annotated[int, Field(ge=8)] | None = None
    """Most positions in a batch (rows times the longest), in place of batch_size."""
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    """How a gradient becomes a step."""
    learning_rate: Annotated[float, Field(gt=0.0)] = 1e-3
    """Size of a step."""
    schedule: Literal["constant", "cosine", "linear", "one-cycle"] = "constant"
    """How the learning rate changes until the last epoch."""
    warmup: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Share of all steps in which the learning rate rises to its full size."""
    embedding_rate: Annotated[float, Field(ge=0.0)] | None = None
    """Learning rate of the word vectors: 0 leaves them as they start, "none" means learning_rate."""
    embedding_updates: Literal["lazy", "dense"] = "lazy"
    """"lazy" changes the vectors of a batch's words only, which is faster (sgd is always dense)."""
    embedding_decay: Annotated[float, Field(ge=0.0)] = 0.0
    """Share of a word vector, times its learning rate, taken away at a step (adamw only)."""
    beta2: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.999
    """How long squared gradients are remembered (adam and adamw only)."""
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.0
    """Share of every other weight, times the learning rate, taken away at a step (adamw only)."""
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    """Share of the last step kept (sgd only)."""
    clip_norm: Annotated[float, Field(gt=0.0)] | None = 1.0
    """Longest gradient; a longer one is scaled down to it."""
    word_dropout: Dropout = 0.0
    """Share of the words of a training text that are read as unknown ones; how they are capitalised stays."""
    label_smoothing: Dropout = 0.0
    """Share of the truth that is spread over all labels in training."""
    average: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    """Decay of a moving average of the weights, such as 0.999, that is judged and saved instead of them."""
    patience: Positive = 2
    """Epochs without a better dev score before training ends."""
    monitor: Literal["accuracy", "macro_f1", "f1", "loss"] = "accuracy"
    """The dev score that chooses the best weights; "f1" is that of the entities (tagging and joint)."""
    intent_weight: Annotated[float, Field(ge=0.0)] = 1.0
    """How much the loss of the intent counts beside that of the tags (joint only)."""
    class_weight: Literal["none", "balanced"] = "none"
    """"balanced" gives the rows of a rare label more weight."""
    sampling: Literal["all", "balanced"] = "all"
    """"balanced" draws the rows of an epoch so that every label comes up as often as the others."""
    loss: Literal["cross-entropy", "focal"] = "cross-entropy"
    """"focal" lets rows that are answered rightly already count less."""
    focusing: Annotated[float, Field(gt=0.0, le=10.0)] = 2.0
    """How much less (focal only)."""
    teacher: str | None = None
    """Saved model whose answers are learned beside the labels: a path, NAME or NAME/VERSION."""
    teacher_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    """How much the teacher's answer to a training text counts against its label."""
    teacher_texts: Literal["train", "unlabelled"] = "train"
    """"unlabelled" also learns the teacher's answers to the texts of data.unlabelled."""


class CalibrationConfig(Section):
    """When an answer is marked as abstained."""

    target_accuracy: Fraction | None = None
    """Accuracy the answered dev rows must reach; decides instead of coverage where it is set."""
    coverage: Annotated[float, Field(gt=0.0, le=1.0)] = 0.95
    """Share of the dev rows that are answered."""


class OutputConfig(Section):
    """Where the artifact goes."""

    artifacts: FilePath = Path("artifacts")
    """Folder of all artifacts, relative to the current folder, where the service looks too."""
    events: bool = True
    """Keep curves, gradient norms and word vectors under .tensorboard, for TensorBoard."""
    onnx: bool | Literal["int8"] = True
    """Also write the network for the fast engine; "int8" adds a file of about a quarter of the size."""


class Config(Section):
    """A whole run."""

    name: Name
    """Name of the model."""
    task: Task = "classification"
    """One label a text, any number of them, a tag for each token, or both a tag for each and one label."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    """Start of every random choice; the same seed gives the same split, batches and weights."""
    data: DataConfig
    text: TextConfig = TextConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    calibration: CalibrationConfig = CalibrationConfig()
    output: OutputConfig = OutputConfig()

    # Not a key, and not stored: an artifact holds no path of the machine it was made on.
    _folder: Path = PrivateAttr(Path())

    def locate(self, path: Path) -> Path:
        """Where a path of ``[data]`` is: relative ones stand in the config file's folder."""
        return self._folder / path


def config_as_dict(config: Config) -> dict[str, Any]:
    """Every key with its resolved value, ready for JSON; paths stand as they were given."""
    return config.model_dump(mode="json")
