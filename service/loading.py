"""Opens a version for serving: checked, loaded, warm."""

from pathlib import Path

from models.runtime.memory import keep_memory_small
from models.runtime.predictor import Predictor, open_predictor


def open_warm(path: Path, engine: str, max_batch: int) -> Predictor:
    """Opens the saved model in ``path``, ready to answer at full speed.

    TensorFlow traces and allocates at the first call of a size, so it answers once in every size before a
    request has to pay for that. ONNX Runtime keeps nothing from one call to the next, and the golden examples
    have run already: a warm-up would only slow the start.

    Raises:
        ArtifactNotFoundError: nothing is saved there.
        ArtifactError: a file has changed, the engine cannot load it, or it answers otherwise than when saved.
    """
    keep_memory_small()
    predictor = open_predictor(path, engine)
    if engine == "savedmodel":
        warm_up(predictor, max_batch)
    return predictor


def warm_up(predictor: Predictor, max_batch: int) -> None:
    """Runs small, large, short and long batches of the golden examples."""
    texts = [example.text for example in predictor.manifest.golden]
    longest = " ".join(texts * predictor.manifest.text.max_length)[:100_000]
    predictor.predict([""])
    for rows in (1, max_batch // 2, max_batch):
        predictor.predict((texts * max_batch)[:rows])
    predictor.predict([longest])
