"""Opens a version for serving: checked, loaded, warm."""

from pathlib import Path

from models.runtime.predictor import Predictor, open_predictor


def open_warm(path: Path, engine: str, max_batch: int) -> Predictor:
    """Opens the saved model in ``path`` and has it answer once in every size, so that no request pays for it.

    Raises:
        ArtifactNotFoundError: nothing is saved there.
        ArtifactError: a file has changed, the engine cannot load it, or it answers otherwise than when saved.
    """
    predictor = open_predictor(path, engine)
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
