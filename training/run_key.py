"""The name of a run, under which its checkpoint and its events stand."""

import hashlib
import json

from training.config import Config, config_as_dict


def run_key(config: Config, *facts: str | int | None) -> str:
    """One name for one config and what else decides a run: no other run's checkpoint is ever picked up.

    What is written at the end does not matter: a run whose artifact failed goes on with other outputs.

    Args:
        facts: of the data, the seed and the start.
    """
    values = {key: value for key, value in config_as_dict(config).items() if key != "output"}
    digest = hashlib.sha256(json.dumps([values, *facts], sort_keys=True).encode()).hexdigest()
    return f"{config.name}-{digest[:16]}"
