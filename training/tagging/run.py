"""A whole run of a tagging or joint network: data, text, network, judgement, artifact."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models.counted import counted
from models.errors import ConfigError
from models.networks.tagger import build_tagger
from models.networks.tagger_spec import TaggerSpec
from models.networks.weights import tagger_weights
from models.networks.wide.blend import recurrent_side
from models.runtime.manifest import Calibration, DataReference, Evaluation, Manifest, McNemar, Tagging
from models.text.plain import make_valid
from models.text.spec import TextRule
from models.text.table import table_hash
from models.text.tags import tag_names
from models.text.tokens import TokenEncoder
from training.blend import Blend
from training.calibrate import calibrate
from training.checkpoint import CheckpointStore
from training.config import Config, config_as_dict
from training.data.tagged_dataset import TaggedDataset, as_labelled, load_tagged
from training.encode import QUANTILES, golden_texts, length_shares, text_rule
from training.environment import environment
from training.event_log import event_log
from training.examples import example_texts
from training.fit import make_reproducible
from training.gradients import gradient_by_distance
from training.history import History
from training.interrupt import interruptible
from training.lineage import load_after, models_of
from training.onnx_files import check_onnx_size
from training.previous import Previous
from training.progress import Reporter
from training.report.gather_tagging import tagging_material
from training.report.tagging import render_tagging_report
from training.run_key import run_key
from training.significance import paired
from training.tagging.baseline import (
    JudgedTaggers,
    TaggingBaseline,
    fit_tagging_baseline,
    judge_tagging_baseline,
)
from training.tagging.encode import FIRST_CHARACTER, ID, TaggedTexts, encode_tagged
from training.tagging.export import TaggingExport, export_tagger
from training.tagging.figures import evaluate_spans, f1_margin, right_texts, span_counts
from training.tagging.fit import Outputs, TaggingFit
from training.tagging.wide import blend_intents, fit_wide_intents, intent_sides
from training.vectors.start import StartVectors, start_vectors
from training.vectors.unlabelled import UnlabelledTokens
from training.wide import WideSide


@dataclass(frozen=True, slots=True)
class PreparedTagger:
    """What does not depend on the network's seed: data, text and baseline."""

    config: Config
    dataset: TaggedDataset
    rule: TextRule
    texts: TaggedTexts
    baseline: TaggingBaseline
    previous: Previous | None
    vectors: StartVectors | None
    wide: WideSide | None = None

    @property
    def judged_part(self) -> str:
        """Where a network is held against the baseline: "test", or "dev" where there is no test part."""
        return "test" if "test" in self.dataset.parts else "dev"

    @property
    def labels(self) -> tuple[str, ...]:
        """The intents of a joint model, the entity types of a tagging one."""
        return self.dataset.intents or self.dataset.entities

    @property
    def spec(self) -> TaggerSpec:
        """What the network is built from, with its wide side where it has one."""
        characters = self.texts.characters
        return TaggerSpec(
            vocabulary_size=len(self.texts.encoder.vocabulary),
            classes=len(tag_names(self.dataset.entities)),
            types=len(self.dataset.entities),
            intents=len(self.dataset.intents),
            character_vocabulary=len(characters) if characters is not None else 0,
            wide="ngrams" if self.wide else None,
            wide_rows=self.wide.ngrams.rows if self.wide else 0,
            **self.config.model.model_dump(exclude={"vectors", "wide"}),
        )


@dataclass(frozen=True, slots=True)
class TrainedTagger:
    """A trained and judged network, not yet saved."""

    seed: int
    model: keras.Model
    history: History
    calibration: Calibration
    dev: Evaluation
    test: Evaluation | None
    outputs: dict[str, Outputs]
    store: CheckpointStore
    blend: Blend | None = None


def prepare_tagger(config: Config, reporter: Reporter, previous: Previous | None = None) -> PreparedTagger:
    """Reads the data, fits the vocabularies and the baseline.

    Raises:
        DataError: the data cannot be used.
        ConfigError: the data does not fit the model to go on from.
    """
    dataset, _ = load_after(models_of(config, previous), lambda earlier: load_tagged(config, earlier))
    for warning in dataset.warnings:
        reporter.say(f"note: {warning}")
    for reason, count in dataset.skipped.items():
        reporter.say(f"skipped: {counted(count, 'row')} ({reason})")
    rule, known = text_rule(config), None
    if previous is not None:
        dataset, known = _as_before(dataset, previous)
        rule = previous.rule
    unlabelled = UnlabelledTokens(config, dataset, rule)
    texts = encode_tagged(dataset, config, rule, unlabelled, known)
    parts = ", ".join(f"{name} {counted(len(rows), 'row')}" for name, rows in dataset.parts.items())
    reporter.say(
        f"{parts}; "
        f"{counted(len(dataset.entities), 'entity type')}, {counted(len(dataset.intents), 'intent')}; "
        f"vocabulary {len(texts.encoder.vocabulary):,}"
    )
    vectors = None
    if previous is None:  # a network to go on from has its vectors
        # Before anything long: a file that cannot be used is refused here.
        vectors = start_vectors(config, rule, texts.encoder.vocabulary, texts.train_ids, unlabelled, reporter)
    baseline = fit_tagging_baseline(dataset, texts.parts, rule, config)
    how = f"fitted in {baseline.seconds:.0f} s" if baseline.seconds else "kept from an earlier run"
    reporter.say(f"baseline {how}: {baseline.name}")
    wide = None
    if config.model.wide:
        wide = fit_wide_intents(config, texts.parts, len(dataset.intents), reporter)
    return PreparedTagger(config, dataset, rule, texts, baseline, previous, vectors, wide)


def train_tagger(
    prepared: PreparedTagger, seed: int, reporter: Reporter, *, resume: bool = False
) -> TrainedTagger:
    """Trains one network, blends its intents with the wide side, and judges it on dev and test.

    Raises:
        TrainingError: the loss is not a number.
        ConfigError: the network is too large for the ONNX file the config asks for.
    """
    config, parts = prepared.config, prepared.texts.parts
    make_reproducible(seed)
    model = _start(prepared, seed)
    if config.output.onnx is not False:
        check_onnx_size(model.count_params())
    key = _run_key(prepared, seed)
    store = CheckpointStore(config.output.artifacts / ".runs" / key)
    log = event_log(config.output, key, resume=resume)
    entities = prepared.dataset.entities
    fit = TaggingFit(model, config, parts["train"], parts["dev"], entities, seed=seed)
    with interruptible() as interrupt:
        history = fit.run(store, reporter, interrupt, resume=resume, log=log)
    if log:
        log.finish(model, prepared.texts.encoder.vocabulary.tokens)
    outputs = {name: fit.outputs(parts[name]) for name in parts if name != "train"}
    blend, calibration = None, Calibration(temperature=1.0)
    if prepared.wide is not None:
        blend, outputs = blend_intents(config, model, prepared.spec, prepared.wide, parts, outputs)
        model = blend.model
    if prepared.dataset.intents:
        dev = parts["dev"]
        calibration = calibrate(
            "classification", outputs["dev"].intent_logits, dev.intents, config.calibration
        )
    judged = {name: _judge(prepared, name, found) for name, found in outputs.items()}
    dev_figures, test_figures = judged["dev"], judged.get("test")
    return TrainedTagger(seed, model, history, calibration, dev_figures, test_figures, outputs, store, blend)


def judge_tagging_baselines(prepared: PreparedTagger) -> JudgedTaggers:
    """Asks the baseline."""
    return judge_tagging_baseline(
        prepared.baseline,
        prepared.dataset,
        prepared.texts.parts,
        prepared.judged_part,
        prepared.config.seed,
    )


def save_tagger(
    prepared: PreparedTagger, trained: TrainedTagger, baseline: JudgedTaggers, extra: dict[str, Any]
) -> tuple[Path, Manifest]:
    """Writes the artifact and removes the run's checkpoint.

    Args:
        extra: what else the manifest should tell of the training.

    Raises:
        EngramError: it cannot be written; the checkpoint stays.
    """
    manifest = _manifest(prepared, trained, baseline, extra)
    dev = prepared.dataset.parts["dev"]
    arrays = tagger_weights(trained.model, prepared.spec)

    def report(final: Manifest) -> str:
        return render_tagging_report(tagging_material(final, prepared, trained, baseline, arrays.transitions))

    path = export_tagger(
        prepared.config.output.artifacts,
        TaggingExport(
            manifest,
            trained.model,
            prepared.texts.encoder,
            tuple(make_valid(text) for text in golden_texts(dev, prepared.texts.parts["dev"].lengths)),
            dev.texts,
            report,
            arrays if prepared.config.output.onnx else None,
            prepared.dataset.roles,
        ),
    )
    if trained.history.stopped != "interrupted":
        trained.store.remove()
    return path, manifest


def _as_before(dataset: TaggedDataset, previous: Previous) -> tuple[TaggedDataset, TokenEncoder]:
    """The data under the types and intents of a saved network, and what it knows.

    Raises:
        ConfigError: the data has others.
    """
    saved = previous.artifact.manifest
    assert saved.tagging is not None
    intents = tuple(saved.labels) if saved.task == "joint" else ()
    for kind, known, found in (
        ("entity type", tuple(saved.tagging.entities), dataset.entities),
        ("intent", intents, dataset.intents),
    ):
        if new := sorted(set(found) - set(known)):
            raise ConfigError(
                f'{previous.reference} cannot learn the {kind} "{new[0]}": it has {", ".join(known)}; '
                "train anew without --from."
            )
    known_dataset = replace(dataset, entities=tuple(saved.tagging.entities), intents=intents)
    artifact = previous.artifact
    encoder = TokenEncoder(
        saved.text, artifact.vocabulary, artifact.characters, saved.tagging.characters or 0
    )
    return known_dataset, encoder


def _start(prepared: PreparedTagger, seed: int) -> keras.Model:
    """Fresh weights, or those of the model to go on from; no wide side."""
    if prepared.previous is not None:
        return recurrent_side(prepared.previous.load_model())
    model = build_tagger(replace(prepared.spec, wide=None, wide_rows=0), seed)
    if prepared.vectors is not None:
        prepared.vectors.put_into(model)
    return model


def _run_key(prepared: PreparedTagger, seed: int) -> str:
    start = prepared.previous.fingerprint if prepared.previous else None
    vectors = prepared.vectors.sha256 if prepared.vectors else None
    return run_key(prepared.config, prepared.dataset.fingerprint, seed, start, vectors)


def _judge(prepared: PreparedTagger, name: str, outputs: Outputs) -> Evaluation:
    part, entities = prepared.texts.parts[name], prepared.dataset.entities
    intents = part.intents if prepared.dataset.intents else None
    return evaluate_spans(
        entities, part.gold, outputs.answers(part, entities), intents, seed=prepared.config.seed
    )


def _manifest(
    prepared: PreparedTagger, trained: TrainedTagger, baseline: JudgedTaggers, extra: dict[str, Any]
) -> Manifest:
    config, dataset, encoder = prepared.config, prepared.dataset, prepared.texts.encoder
    part, entities = prepared.texts.parts[prepared.judged_part], prepared.dataset.entities
    answers = trained.outputs[prepared.judged_part].answers(part, entities)
    ours = span_counts(part.gold, answers.spans, entities)
    theirs = span_counts(part.gold, baseline.answers.spans, entities)
    intents = part.intents if dataset.intents else None
    pair = paired(
        right_texts(ours, answers, intents), right_texts(theirs, baseline.answers, intents), config.seed
    )
    return Manifest(
        name=config.name,
        version=1,
        task=config.task,
        labels=list(prepared.labels),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        config=config_as_dict(config),
        text=prepared.rule,
        text_table=table_hash(),
        vocabulary_size=len(encoder.vocabulary),
        parameters=trained.model.count_params(),
        calibration=trained.calibration,
        tagging=Tagging(
            entities=list(entities), characters=encoder.width if encoder.characters is not None else None
        ),
        dev=trained.dev,
        test=trained.test,
        baseline=baseline.evaluation,
        baseline_name=baseline.name,
        baselines=[baseline.facts],
        margin=f1_margin(ours, theirs, config.seed),
        mcnemar=McNemar(network_only=pair.first_only, baseline_only=pair.second_only, p=pair.p),
        data=_data_reference(prepared),
        training={
            "history": trained.history.as_dict(),
            "seed": trained.seed,
            "vectors": prepared.vectors.as_dict() if prepared.vectors else None,
            "repaired_tags": dict(dataset.repaired),
            "rows": dataset.facts,
            "gradient_by_distance": _gradients(prepared, trained),
            **_sides(prepared, trained),
            **extra,
        },
        examples=list(
            example_texts(as_labelled(dataset).dev, prepared.texts.parts["dev"].lengths, dataset.entities)
        ),
        golden=[],
        environment=environment(),
        files={},
    )


def _sides(prepared: PreparedTagger, trained: TrainedTagger) -> dict[str, Any]:
    """What the recurrent and the wide side of the intents do alone; nothing where there is one side."""
    if prepared.wide is None or trained.blend is None:
        return {}
    return {"wide": intent_sides(prepared.wide, trained.blend, prepared.texts.parts)}


def _gradients(prepared: PreparedTagger, trained: TrainedTagger) -> list[float]:
    """How far back the memory reaches on dev texts."""
    rows = prepared.texts.parts["dev"].rows
    reads = "characters" in trained.model.input
    return gradient_by_distance(
        trained.model,
        prepared.config.model.layers,
        [row[:, ID] for row in rows],
        [row[:, FIRST_CHARACTER:] for row in rows] if reads else None,
    )


def _data_reference(prepared: PreparedTagger) -> DataReference:
    """What the training data looked like; a label's share is that of the texts that hold it."""
    rows, part = prepared.dataset.parts["train"], prepared.texts.parts["train"]
    if prepared.dataset.intents:
        counts = Counter(rows.intents)
    else:
        counts = Counter(entity for spans in rows.entities for entity in {span.entity for span in spans})
    read = np.array([len(row) for row in part.rows])
    return DataReference(
        fingerprint=prepared.dataset.fingerprint,
        rows={name: len(each) for name, each in prepared.dataset.parts.items()},
        skipped=dict(prepared.dataset.skipped),
        label_share={label: counts[label] / len(rows) for label in prepared.labels},
        length_quantiles={f"{q:g}": float(np.quantile(part.lengths, q)) for q in QUANTILES},
        length_shares=length_shares(part.lengths),
        unknown_rate=float((part.unknown * read).sum() / max(1, read.sum())),
        truncated_rate=float((part.lengths > read).mean()),
    )
