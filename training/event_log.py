"""What TensorBoard shows of a run: losses, scores and gradient norms as they come, word vectors at the end.

``tensorboard --logdir artifacts/.tensorboard`` opens all runs; to write them it need not be installed.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import keras
import numpy as np

from models.text.spec import OTHER_ID, PADDING_ID
from training.config import OutputConfig
from training.folders import make_readable_folder
from training.history import EpochRecord
from training.word_rows import has_rows, word_table

FOLDER = ".tensorboard"
STEPS_TOGETHER = 16
_RUNS_KEPT = 20
_WORDS = 2_000
"""Word vectors for the projector: those of the most frequent words."""
_PROJECTOR = """embeddings {
  tensor_name: "words"
  tensor_path: "words.tsv"
  metadata_path: "words.txt"
}
"""


class EventLog:
    """The events of one run. A folder that cannot be written costs the events, never the run.

    TensorFlow writes them in a thread of its own, so a step does not wait.

    Args:
        folder: of the run; made with the first event.
        resume: keep what an earlier part of the run has written there.
    """

    def __init__(self, folder: Path, *, resume: bool) -> None:
        self.folder = folder
        self._writer: Any = None
        # Steps that are not written yet: number, loss and norm.
        self._steps: list[tuple[int, float, float]] = []
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)

    def step(self, step: int, loss: float, norm: float) -> None:
        """A step, counted from the beginning of the run: loss of its batch, length of its gradient.

        Means over ``STEPS_TOGETHER`` steps are written: a value costs a third of a millisecond.
        """
        self._steps.append((step, loss, norm))
        if len(self._steps) == STEPS_TOGETHER:
            self._write_steps()

    def epoch(self, record: EpochRecord) -> None:
        """The end of an epoch."""
        self._write_steps()
        values = {
            "epoch/train_loss": record.train_loss,
            "epoch/dev_loss": record.dev_loss,
            "epoch/dev_accuracy": record.dev_accuracy,
            "epoch/tokens_per_second": record.tokens_per_second,
        }
        self._scalars(record.epoch, values)
        if self._writer:
            self._writer.flush()

    def finish(self, model: keras.Model, tokens: Sequence[str]) -> None:
        """Ends the events and writes the word vectors of the finished network.

        Args:
            tokens: the vocabulary, the most frequent token first behind the special ones.
        """
        if self._writer:
            self._writer.close()
        table = word_table(model) if has_rows(model) else None
        if self._writer and table is not None:
            self._words(np.asarray(table.value), tokens)
        _remove_oldest(self.folder.parent)

    def _write_steps(self) -> None:
        if self._steps:
            step, losses, norms = zip(*self._steps, strict=True)
            self._scalars(step[-1], {"step/loss": fmean(losses), "step/gradient_norm": fmean(norms)})
            self._steps.clear()

    def _scalars(self, step: int, values: dict[str, float]) -> None:
        import tensorflow as tf

        try:
            if self._writer is None:
                make_readable_folder(self.folder)
                self._writer = tf.summary.create_file_writer(str(self.folder))
            if self._writer:
                # tf.summary.scalar needs TensorBoard; this is what it writes.
                kind = tf.compat.v1.SummaryMetadata()
                kind.plugin_data.plugin_name = "scalars"
                with self._writer.as_default(step=step):
                    for name, value in values.items():
                        tf.summary.write(name, tf.constant(value, tf.float32), metadata=kind)
        except (OSError, tf.errors.OpError):
            self._writer = False

    def _words(self, table: Any, tokens: Sequence[str]) -> None:
        chosen = [i for i in range(len(tokens)) if i not in (PADDING_ID, OTHER_ID)][:_WORDS]
        rows = ("\t".join(f"{value:.4g}" for value in table[i]) for i in chosen)
        try:
            (self.folder / "words.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
            words = "".join(f"{tokens[i]}\n" for i in chosen)
            (self.folder / "words.txt").write_text(words, encoding="utf-8")
            (self.folder / "projector_config.pbtxt").write_text(_PROJECTOR, encoding="utf-8")
        except OSError:
            return


def event_log(output: OutputConfig, key: str, *, resume: bool) -> EventLog | None:
    """The log of the run called ``key``; None where the config wants none."""
    return EventLog(output.artifacts / FOLDER / key, resume=resume) if output.events else None


def _remove_oldest(folder: Path) -> None:
    runs = sorted((path for path in folder.glob("*") if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in runs[:-_RUNS_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
