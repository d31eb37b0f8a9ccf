"""A fitted linear model of n-grams as plain arrays: it can be kept without pickling."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from models.text.spec import TextRule
from training.baselines.grams import Grams

Floats = npt.NDArray[np.float32]
Weighting = Literal["tf-idf", "binary"]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Scores of texts. Every column is one binary problem, "this label or another".

    Attributes:
        name: what it is, for a person.
        grams: what is counted.
        weighting: "tf-idf" (1 + log of the count, times ``scale``, rows of length 1) or "binary" (whether a
            gram stands there).
        scale: each gram's factor for "tf-idf", [features]; empty for "binary".
        weights: [features, columns]; two labels have one column, the second label's.
        bias: [columns].
    """

    name: str
    grams: Grams
    weighting: Weighting
    scale: Floats
    weights: Floats
    bias: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """Raw scores, [texts, labels]; 0 is undecided between the label and the others."""
        return self.logits_of(self.grams.count(texts))

    def logits_of(self, counts: Any) -> Floats:
        """Raw scores of counted texts.

        Args:
            counts: from ``Grams.count``, [texts, features].
        """
        scores = gram_values(counts, self.weighting, self.scale) @ self.weights + self.bias
        return as_logits(np.asarray(scores, dtype=np.float32))

    def to_bytes(self) -> bytes:
        """The model as an ``.npz`` file."""
        facts = {
            "name": self.name,
            "weighting": self.weighting,
            "rule": asdict(self.grams.rule),
            "tokens": self.grams.tokens,
        }
        arrays = {f"keys{order}": keys for order, keys in enumerate(self.grams.keys)}
        file = io.BytesIO()
        np.savez(
            file,
            facts=np.frombuffer(json.dumps(facts).encode("ascii"), dtype=np.uint8),
            scale=self.scale,
            weights=self.weights,
            bias=self.bias,
            **arrays,  # type: ignore[arg-type]
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "LinearModel":
        """Reads what ``to_bytes`` wrote.

        Raises:
            ValueError, KeyError, zipfile.BadZipFile: it is something else.
        """
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            facts = json.loads(file["facts"].tobytes())
            keys = tuple(file[f"keys{order}"] for order in range(sum(n.startswith("keys") for n in file)))
            grams = Grams(TextRule(**facts["rule"]), tuple(facts["tokens"]), keys)
            return cls(facts["name"], grams, facts["weighting"], file["scale"], file["weights"], file["bias"])


def gram_values(counts: Any, weighting: Weighting, scale: Floats) -> Any:
    """Counts as feature values: a scipy CSR matrix, [texts, features]."""
    from sklearn.preprocessing import normalize

    values = counts.copy()
    if weighting == "binary":
        values.data = np.ones_like(values.data)
        return values
    values.data = (1.0 + np.log(values.data)) * scale[values.indices]
    return normalize(values, copy=False)


def as_logits(scores: Floats) -> Floats:
    """One column of scores, the second label's, as two; others as they are."""
    if scores.shape[1] > 1:
        return scores
    return np.concatenate([np.zeros_like(scores), scores], axis=1)
