"""The TensorFlow engine: the SavedModel's ``ids`` signature, called directly."""

from pathlib import Path
from typing import Any

import numpy as np

from models.errors import ArtifactError
from models.runtime.engines.base import Ids, Outputs
from models.runtime.quiet import quiet_tensorflow


class SavedModelEngine:
    """Runs the ``ids`` signature of a SavedModel. TensorFlow is imported when one is loaded, not before.

    The signature is called as a function: ``model.predict`` would build a data pipeline at every call
    (tensorflow/tensorflow#40261) and grow (keras-team/keras#13118).
    """

    name = "savedmodel"
    # Each time step costs the same for one row as for many.
    most_cells = 64 * 512

    def __init__(self, folder: Path) -> None:
        """Loads the SavedModel in ``folder``.

        Raises:
            ArtifactError: it cannot be loaded or has no ``ids`` signature.
        """
        quiet_tensorflow()
        import tensorflow as tf

        try:
            # The loaded object must outlive the signature, which holds its variables by weak reference.
            self._loaded: Any = tf.saved_model.load(str(folder))
            self._signature: Any = self._loaded.signatures["ids"]
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            raise ArtifactError(
                f"The SavedModel in {folder} cannot be loaded: {_one_line(error)}."
            ) from error
        self._constant: Any = tf.constant

    def run(self, ids: Ids, lengths: Ids, characters: Ids | None = None) -> Outputs:
        """See :class:`models.runtime.engines.base.Engine`."""
        inputs = {"ids": self._constant(ids), "lengths": self._constant(lengths)}
        if characters is not None:
            inputs["characters"] = self._constant(characters)
        outputs = self._signature(**inputs)
        return {name: np.asarray(value) for name, value in outputs.items()}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
