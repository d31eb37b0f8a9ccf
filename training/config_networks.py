"""Keys of ``[model]`` that do not go together, or with the text."""

from models.clock import wrong_periods
from models.runtime.manifest import TAGGING
from training.config import Config, ModelConfig
from training.config_problems import written

# Keys that only one cell reads.
CELL_KEYS = {
    "output_units": "jordan",
    "output_activation": "jordan",
    "periods": "clockwork",
    "context_units": "scrn",
    "alpha": "scrn",
    "window": "feedforward",
}
# A batch of 64 texts of 400 tokens is then half a gigabyte.
LARGEST_ONE_HOT = 5_000


def impossible_networks(config: Config) -> list[str]:
    """One sentence for each combination that is refused."""
    return [*_cell(config.model), *_input(config)]


def _cell(model: ModelConfig) -> list[str]:
    used = _name(model.cell)
    problems = [
        f'model.{key} = {written(getattr(model, key))} is read by cell = "{cell}" only, but model.cell is '
        f'"{used}"; leave the key out, or use cell = "{cell}"'
        for key, cell in CELL_KEYS.items()
        if used != cell and getattr(model, key) != ModelConfig.model_fields[key].default
    ]
    outputs = "units" if model.output_units is None else "output_units"
    if used == "jordan" and model.output_activation == "softmax" and getattr(model, outputs) == 1:
        problems.append(
            f'model.{outputs} = 1 with output_activation = "softmax" makes an output that is always 1 and '
            f"can remember nothing; use {outputs} of at least 2, or another output_activation"
        )
    wrong = wrong_periods(model.units, model.periods) if used == "clockwork" else None
    return [*problems, f"model.{wrong}"] if wrong else problems


def _input(config: Config) -> list[str]:
    model, used, problems = config.model, _name(config.model.input), []
    if used == "embedding":
        return []
    if model.vectors is not None:
        problems.append(
            f'model.vectors are the vectors of input = "embedding", but model.input is "{used}"; leave the '
            'key out, or use input = "embedding"'
        )
    if used == "one-hot" and config.text.vocabulary_size > LARGEST_ONE_HOT:
        problems.append(
            f"text.vocabulary_size = {config.text.vocabulary_size} is too large for model.input = "
            f'"one-hot", whose vectors have as many numbers; use at most {LARGEST_ONE_HOT}, or input = '
            '"embedding"'
        )
    if used == "letter-trigram":
        if config.task in TAGGING:
            problems.append(
                f'model.input = "letter-trigram" does not go with task = "{config.task}", which needs an id '
                'a token, not one a letter; use input = "embedding" with model.characters = "cnn"'
            )
        if model.wide:
            problems.append(
                'model.wide reads the ids of words, which input = "letter-trigram" has none of; use false'
            )
        if model.capitalisation:
            problems.append(
                "model.capitalisation tells how words are written, of which input = "
                '"letter-trigram" reads the letters alone; use false'
            )
        if config.training.word_dropout > 0:
            problems.append(
                f"training.word_dropout = {config.training.word_dropout} hides words by their ids, which "
                'input = "letter-trigram" has none of; use 0'
            )
    return problems


def _name(part: str) -> str:
    return part.partition(".v")[0]
