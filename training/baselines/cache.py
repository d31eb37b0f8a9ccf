"""What a fitted baseline is found again by."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from models.runtime.manifest import Task
from models.text.spec import TextRule
from models.text.table import table_hash
from training.fit_cache import code_of, digest_of


def cache_key(
    recipe: str, fingerprint: str, rule: TextRule, task: Task, labels: Sequence[str], seed: int
) -> str:
    """One key for one recipe, data, text rule and code."""
    code = code_of(*Path(__file__).parent.glob("*.py"))
    facts = [fingerprint, asdict(rule), table_hash(), task, list(labels), seed, code]
    return f"{recipe}-{digest_of([json.dumps(facts, sort_keys=True).encode('ascii')])}"
