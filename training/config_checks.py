"""Combinations of config values that are each allowed but cannot be trained together."""

from pathlib import Path

from models.runtime.manifest import TAGGING
from training.config import Config, DataConfig, TrainingConfig
from training.config_networks import impossible_networks


def impossible_combinations(config: Config) -> list[str]:
    """One sentence for each combination that is refused; none where the run can start."""
    return [
        *_data(config.data),
        *_task(config),
        *(_tagging(config) if config.task in TAGGING else _untagged(config)),
        *_text(config),
        *impossible_networks(config),
        *_training(config.training),
        *_teacher(config),
    ]


def _data(data: DataConfig) -> list[str]:
    problems = []
    shares = [value for value in (data.dev, data.test) if isinstance(value, float)]
    if sum(shares) >= 1.0:
        problems.append(
            f"data.dev = {data.dev} and data.test = {data.test} leave no row to train on; "
            "their sum must be below 1"
        )
    if data.text_column == data.label_column:
        problems.append(
            f'data.text_column and data.label_column are both "{data.text_column}"; they must differ'
        )
    if data.label_names == {}:
        problems.append('data.label_names is empty; name every label of the file or use "none"')
    if data.separator == "":
        problems.append('data.separator is empty; use a string such as "," or "none"')
    files = [value for value in (data.train, data.dev, data.test, data.other) if isinstance(value, Path)]
    for path in sorted({path for path in files if files.count(path) > 1}):
        problems.append(
            f"data.train, data.dev, data.test and data.other must differ, but {path} is given more than once"
        )
    return problems


def _task(config: Config) -> list[str]:
    problems = []
    if config.task == "multilabel":
        if config.calibration.target_accuracy is not None:
            problems.append(
                'calibration.target_accuracy is for task = "classification"; multilabel chooses a threshold '
                'for each label, so use "none"'
            )
        if config.training.class_weight != "none":
            problems.append(
                f'training.class_weight = "{config.training.class_weight}" is for task = "classification"; '
                'use "none" with multilabel'
            )
        if config.training.sampling != "all":
            problems.append(
                'training.sampling = "balanced" is for task = "classification"; use "all" with multilabel'
            )
    elif config.data.separator is not None:
        problems.append('data.separator is for task = "multilabel"; use "none" with classification')
    return problems


def _tagging(config: Config) -> list[str]:
    """What networks of one answer a text have and taggers do not."""
    training, task = config.training, config.task
    unfit = {
        'text.truncate = "head+tail"': config.text.truncate == "head+tail",
        "model.wide = true": config.model.wide and task == "tagging",
        'output.onnx = "int8"': config.output.onnx == "int8",
        "calibration.target_accuracy": config.calibration.target_accuracy is not None,
        "data.other": config.data.other is not None,
        "data.slice_column": config.data.slice_column is not None,
        "data.label_names": config.data.label_names is not None,
        'training.class_weight = "balanced"': training.class_weight != "none",
        'training.sampling = "balanced"': training.sampling != "all",
        'training.loss = "focal"': training.loss != "cross-entropy",
        "training.label_smoothing": training.label_smoothing > 0,
        "training.teacher": training.teacher is not None,
    }
    return [
        f'{name} does not go with task = "{task}"; leave it out' for name, given in unfit.items() if given
    ]


def _untagged(config: Config) -> list[str]:
    """What only taggers have."""
    given = {
        "model.characters": config.model.characters is not None,
        'training.monitor = "f1"': config.training.monitor == "f1",
    }
    return [
        f'{name} is for task = "tagging" or "joint", not "{config.task}"; leave it out'
        for name, found in given.items()
        if found
    ]


def _training(training: TrainingConfig) -> list[str]:
    problems = []
    for name in ("weight_decay", "embedding_decay"):
        if getattr(training, name) > 0 and training.optimizer != "adamw":
            problems.append(
                f'training.{name} = {getattr(training, name)} needs training.optimizer = "adamw", '
                f'not "{training.optimizer}"; use 0 otherwise'
            )
    if training.sampling == "balanced" and training.class_weight == "balanced":
        problems.append(
            'training.sampling and training.class_weight are both "balanced", which counts a rare label '
            "twice; use one of them"
        )
    if training.loss == "focal" and training.label_smoothing > 0:
        problems.append(
            f'training.loss = "focal" knows no softened labels, but training.label_smoothing = '
            f"{training.label_smoothing}; use 0"
        )
    if training.loss == "focal" and training.teacher is not None:
        problems.append(
            f'training.loss = "focal" knows no softened labels, but training.teacher = "{training.teacher}" '
            'gives such; use "cross-entropy"'
        )
    if training.teacher is None and training.teacher_texts == "unlabelled":
        problems.append('training.teacher_texts = "unlabelled" needs a training.teacher; use "train"')
    if training.sampling == "balanced" and training.teacher_texts == "unlabelled":
        problems.append(
            'training.sampling = "balanced" draws rows by their label, which the texts of '
            'training.teacher_texts = "unlabelled" lack; use "all"'
        )
    if training.schedule == "one-cycle" and training.warmup == 0:
        problems.append(
            'training.schedule = "one-cycle" rises before it falls; give training.warmup a share above 0, '
            "such as 0.3"
        )
    return problems


def _teacher(config: Config) -> list[str]:
    if config.training.teacher_texts == "unlabelled" and config.data.unlabelled is None:
        return ['training.teacher_texts = "unlabelled" needs the file data.unlabelled; use "train"']
    return []


def _text(config: Config) -> list[str]:
    problems = []
    if config.text.unlabelled_min_count is not None and (
        config.data.unlabelled is None or config.model.vectors != "word2vec"
    ):
        problems.append(
            f"text.unlabelled_min_count = {config.text.unlabelled_min_count} adds tokens that have nothing "
            "but a vector fitted on unlabelled texts; name data.unlabelled and set model.vectors = "
            '"word2vec", or use "none"'
        )
    if config.text.unit == "character" and config.text.segmenter is not None:
        problems.append(
            f'text.segmenter = "{config.text.segmenter}" finds words, but text.unit is "character"; '
            'use text.unit = "word" or text.segmenter = "none"'
        )
    return problems
