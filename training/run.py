"""A whole training run: data, text, network, judgement, artifact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from models.counted import counted
from models.figures import in_percent
from models.networks.spec import NetworkSpec
from models.networks.wide.blend import add_wide
from models.runtime.artifact import Artifact
from models.runtime.decoding import probabilities
from models.runtime.manifest import Calibration, Evaluation, Interval, Manifest
from models.text.plain import make_valid
from models.text.spec import TextRule
from models.text.table import table_hash
from models.text.vocabulary import Vocabulary
from training.balance import row_shares, row_weights
from training.baselines.fit import Baseline, LinearData, fit_baselines
from training.baselines.judge import JudgedBaseline, judge_baselines
from training.blend import Blend, blend_facts, blend_sides
from training.calibrate import calibrate
from training.checkpoint import CheckpointStore
from training.config import Config, config_as_dict
from training.data.dataset import Dataset, load_dataset
from training.data.other import load_other
from training.data.rows import Rows
from training.data.targets import missed_labels, targets
from training.distill import Lessons, lessons
from training.encode import EncodedTexts, data_reference, encode_parts, golden_texts, text_rule
from training.environment import environment
from training.evaluate import Targets, accuracy_margin, evaluate
from training.event_log import event_log
from training.examples import example_texts
from training.export import Export, export
from training.fit import EncodedRows, Fit, make_reproducible
from training.gradients import gradient_by_distance
from training.history import History
from training.interrupt import interruptible
from training.judging import judge_against_baseline
from training.lineage import load_after, models_of
from training.network import network_arrays, network_spec, start_network
from training.onnx_files import OnnxFiles, check_onnx_size
from training.previous import Previous
from training.progress import Reporter
from training.report.gather import report_material
from training.report.render import render_report
from training.run_key import run_key
from training.vectors.cache import FOLDER
from training.vectors.start import StartVectors, start_vectors
from training.vectors.unlabelled import UnlabelledTokens
from training.wide import WideSide, kept_wide
from training.word_dropout import case_ids


@dataclass(frozen=True, slots=True)
class Prepared:
    """What does not depend on the network's seed: data, text and baselines."""

    config: Config
    dataset: Dataset
    rule: TextRule
    vocabulary: Vocabulary
    encoded: dict[str, EncodedTexts]
    labels: tuple[str, ...]
    targets: dict[str, Targets]
    baselines: tuple[Baseline, ...]
    previous: Previous | None
    vectors: StartVectors | None = None
    other: Rows | None = None
    wide: WideSide | None = None
    lessons: Lessons | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained and judged network, not yet saved; ``members`` are the networks of an ensemble."""

    seed: int
    model: keras.Model
    history: History
    calibration: Calibration
    dev: Evaluation
    test: Evaluation | None
    logits: dict[str, npt.NDArray[np.float32]]
    store: CheckpointStore | None = None
    blend: Blend | None = None
    members: tuple[NetworkSpec, ...] = ()


def prepare(
    config: Config,
    reporter: Reporter,
    previous: Previous | None = None,
    *,
    members: Sequence[Artifact] | None = None,
) -> Prepared:
    """Reads the data, fits the vocabulary and the baselines.

    Args:
        config: of the run.
        reporter: told what is going on.
        previous: a saved model to go on from.
        members: saved models to average; no network will be trained.

    Raises:
        DataError: the data cannot be used.
        ConfigError: the data does not fit the model to go on from.
    """
    models = models_of(config, previous) if members is None else members
    dataset, earlier = load_after(models, lambda found: load_dataset(config, found))
    for warning in dataset.warnings:
        reporter.say(f"note: {warning}")
    for reason, count in dataset.skipped.items():
        reporter.say(f"skipped: {counted(count, 'row')} ({reason})")
    trains = members is None
    rule = text_rule(config) if previous is None else previous.rule
    labels = dataset.labels if previous is None else previous.check_labels(dataset.labels)
    other, warnings = load_other(config, labels, earlier)
    for warning in warnings:
        reporter.say(f"note: {warning}")
    unlabelled = UnlabelledTokens(config, dataset, rule)
    known = previous.vocabulary if previous else None
    vocabulary, encoded = encode_parts(dataset, rule, config.text, known, unlabelled)
    goals: dict[str, Targets] = {
        name: targets(rows, labels, config.task) for name, rows in dataset.parts.items()
    }
    parts = ", ".join(f"{name} {counted(len(rows), 'row')}" for name, rows in dataset.parts.items())
    reporter.say(f"{parts}; {counted(len(labels), 'label')}; vocabulary {len(vocabulary):,}")
    vectors = None
    if trains and previous is None:  # a network to go on from has its vectors
        # Before anything long: a file that cannot be used is refused here.
        vectors = start_vectors(config, rule, vocabulary, encoded["train"].ids, unlabelled, reporter)
    baselines = fit_baselines(
        LinearData(
            config.task,
            rule,
            labels,
            dataset.train.texts,
            goals["train"],
            dataset.dev.texts,
            goals["dev"],
            config.seed,
        ),
        config.calibration,
        config.output.artifacts / ".baselines",
    )
    for baseline in baselines:
        how = f"fitted in {baseline.seconds:.0f} s" if baseline.seconds else "kept from an earlier run"
        reporter.say(f"baseline {how}: {baseline.name}; {in_percent(baseline.dev_score)}% on dev")
    taught = lessons(config, dataset, labels, rule, vocabulary, reporter) if trains else None
    wide = None
    if config.model.wide:
        ids = {name: texts.ids for name, texts in encoded.items()}
        weights = row_weights(config, goals["train"])
        wide, kept = kept_wide(
            config.output.artifacts / FOLDER, config.task, ids, goals, len(labels), weights
        )
        reporter.say(wide.sentence(kept=kept))
    return Prepared(
        config,
        dataset,
        rule,
        vocabulary,
        encoded,
        labels,
        goals,
        baselines,
        previous,
        vectors,
        other,
        wide,
        taught,
    )


def train_network(prepared: Prepared, seed: int, reporter: Reporter, *, resume: bool = False) -> Trained:
    """Trains one network, blends it with the wide side, calibrates it on dev and judges it on dev and test.

    Raises:
        TrainingError: the loss is not a number.
        ConfigError: the network is too large for the ONNX file the config asks for.
    """
    config = prepared.config
    make_reproducible(seed)
    model = start_network(prepared, seed)
    if config.output.onnx is not False:
        check_onnx_size(model.count_params())
    rows = {
        name: EncodedRows(prepared.encoded[name].ids, prepared.targets[name]) for name in prepared.encoded
    }
    weights = row_weights(config, prepared.targets["train"])
    if prepared.lessons is not None:
        rows["train"], weights = prepared.lessons.add_to(
            rows["train"], weights, config.training.teacher_share
        )
    key = _run_key(prepared, seed)
    store = CheckpointStore(config.output.artifacts / ".runs" / key)
    log = event_log(config.output, key, resume=resume)
    fit = Fit(
        model,
        config.task,
        config.training,
        rows["train"],
        rows["dev"],
        seed=seed,
        weights=weights,
        shares=row_shares(config, prepared.targets["train"]),
        cases=case_ids(prepared.vocabulary),
    )
    with interruptible() as interrupt:
        history = fit.run(store, reporter, interrupt, resume=resume, log=log)
    if log:
        log.finish(model, prepared.vocabulary.tokens)
    logits = {name: fit.logits(rows[name]) for name in rows if name != "train"}
    return judge_network(prepared, seed, model, history, logits, store)


def judge_network(
    prepared: Prepared,
    seed: int,
    model: keras.Model,
    history: History,
    logits: dict[str, npt.NDArray[np.float32]],
    store: CheckpointStore | None = None,
    members: tuple[NetworkSpec, ...] = (),
) -> Trained:
    """Blends a recurrent network with the wide side, if any, calibrates it on dev and judges it.

    Args:
        logits: of the network on dev and, where there is one, test.
        store: where the checkpoint of its training stands, if it was trained in this run.
        members: what an ensemble is made of.
    """
    config, blend, goals = prepared.config, None, prepared.targets["dev"]
    if prepared.wide is not None:
        ids = {name: prepared.encoded[name].ids for name in logits}
        network = add_wide(model, network_spec(prepared), seed=0)
        blend = blend_sides(config.task, network, prepared.wide, ids, logits, goals, config.calibration)
        model, logits = blend.model, blend.logits["blend"]
    calibration = calibrate(config.task, logits["dev"], goals, config.calibration)
    judged = {name: _judge(prepared, name, logits[name], calibration) for name in logits}
    dev, test = judged["dev"], judged.get("test")
    return Trained(seed, model, history, calibration, dev, test, logits, store, blend, members)


def judge_baseline(prepared: Prepared) -> JudgedBaseline:
    """Asks the baselines."""
    rows = prepared.dataset.parts[judged_part(prepared)]
    return judge_baselines(prepared.baselines, prepared.labels, rows, prepared.config.seed)


def judged_part(prepared: Prepared) -> str:
    """Where a network is held against the baseline: "test", or "dev" where there is no test part."""
    return "dev" if prepared.dataset.test is None else "test"


def save(
    prepared: Prepared, trained: Trained, baseline: JudgedBaseline, extra: dict[str, Any]
) -> tuple[Path, Manifest]:
    """Writes the artifact and removes the run's checkpoint.

    Args:
        extra: what else the manifest should tell of the training.

    Raises:
        EngramError: it cannot be written; the checkpoint stays.
    """
    manifest = _manifest(prepared, trained, baseline, extra)
    dev = prepared.dataset.dev
    golden = tuple(make_valid(text) for text in golden_texts(dev, prepared.encoded["dev"].lengths))

    def report(final: Manifest) -> str:
        return render_report(report_material(final, prepared, trained, baseline))

    path = export(
        prepared.config.output.artifacts,
        Export(
            manifest,
            trained.model,
            prepared.vocabulary,
            golden,
            report,
            _onnx_files(prepared, trained),
            prepared.dataset.roles,
        ),
    )
    if trained.store is not None and trained.history.stopped != "interrupted":
        trained.store.remove()
    return path, manifest


def _onnx_files(prepared: Prepared, trained: Trained) -> OnnxFiles | None:
    wanted, task, calibration = prepared.config.output.onnx, prepared.config.task, trained.calibration
    if wanted is False:
        return None

    def accuracy_change(logits: npt.NDArray[np.float32]) -> Interval:
        return accuracy_margin(
            task,
            probabilities(task, logits, calibration.temperature),
            probabilities(task, trained.logits["dev"], calibration.temperature),
            prepared.targets["dev"],
            thresholds=calibration.thresholds,
            baseline_thresholds=calibration.thresholds,
            seed=prepared.config.seed,
        )

    return OnnxFiles(
        network_arrays(prepared, trained), wanted == "int8", prepared.encoded["dev"].ids, accuracy_change
    )


def _run_key(prepared: Prepared, seed: int) -> str:
    start = prepared.previous.fingerprint if prepared.previous else None
    vectors = prepared.vectors.sha256 if prepared.vectors else None
    teacher = prepared.lessons.sha256 if prepared.lessons else None
    return run_key(prepared.config, prepared.dataset.fingerprint, seed, start, vectors, teacher)


def _judge(
    prepared: Prepared, name: str, logits: npt.NDArray[np.float32], calibration: Calibration
) -> Evaluation:
    rows = prepared.dataset.parts[name]
    return evaluate(
        prepared.config.task,
        prepared.labels,
        probabilities(prepared.config.task, logits, calibration.temperature),
        prepared.targets[name],
        slices=rows.slices,
        thresholds=calibration.thresholds,
        missed=missed_labels(rows, prepared.labels),
        seed=prepared.config.seed,
    )


def _manifest(
    prepared: Prepared, trained: Trained, baseline: JudgedBaseline, extra: dict[str, Any]
) -> Manifest:
    config = prepared.config
    judgement = judge_against_baseline(prepared, trained, baseline, judged_part(prepared))
    return Manifest(
        name=config.name,
        version=1,
        task=config.task,
        labels=list(prepared.labels),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        config=config_as_dict(config),
        text=prepared.rule,
        text_table=table_hash(),
        vocabulary_size=len(prepared.vocabulary),
        parameters=trained.model.count_params(),
        calibration=trained.calibration,
        dev=trained.dev,
        test=trained.test,
        baseline=baseline.evaluation,
        baseline_name=baseline.model.name,
        baselines=list(baseline.facts),
        margin=judgement.margin,
        mcnemar=judgement.mcnemar,
        robustness=judgement.robustness,
        abstention=judgement.abstention,
        data=data_reference(prepared.dataset, prepared.encoded),
        training={
            "history": trained.history.as_dict(),
            "seed": trained.seed,
            "vectors": prepared.vectors.as_dict() if prepared.vectors else None,
            "gradient_by_distance": gradient_by_distance(
                trained.model, config.model.layers, prepared.encoded["dev"].ids
            ),
            "teacher": prepared.lessons.teacher if prepared.lessons else None,
            "rows": prepared.dataset.facts,
            **_sides(prepared, trained),
            **extra,
        },
        golden=[],
        examples=list(example_texts(prepared.dataset.dev, prepared.encoded["dev"].lengths, prepared.labels)),
        environment=environment(),
        files={},
    )


def _sides(prepared: Prepared, trained: Trained) -> dict[str, Any]:
    """What the recurrent and the wide side do alone; nothing where there is one side."""
    if prepared.wide is None or trained.blend is None:
        return {}
    missed = {part: missed_labels(prepared.dataset.parts[part], prepared.labels) for part in trained.logits}
    task = prepared.config.task
    return {"wide": blend_facts(task, prepared.wide, trained.blend, prepared.targets, missed)}
