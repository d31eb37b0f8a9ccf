"""What the page says of the model and its data in words."""

import shlex
from typing import Any

import tomlkit

from models.runtime.manifest import TAGGING, Manifest
from models.text.spec import TextRule
from training.report.figures import percent

_MOST_SHARES = 5


def label_shares(shares: dict[str, float]) -> str:
    """The most frequent labels with their shares of the training rows."""
    order = sorted(shares, key=lambda label: -shares[label])
    named = ", ".join(f"{label} {percent(shares[label])}" for label in order[:_MOST_SHARES])
    rest = len(order) - _MOST_SHARES
    return named if rest <= 0 else f"{named} and {rest} more {'label' if rest == 1 else 'labels'}"


def intended_use(manifest: Manifest) -> str:
    """What the model is for: texts like the ones it learned from."""
    return (
        f"It {_gives(manifest)}. It learned that from "
        f"{manifest.data.rows.get('train', 0):,} rows ({label_shares(manifest.data.label_share)})"
        f"{_length_words(manifest.data.length_quantiles)} and is meant for texts like these."
    )


def _gives(manifest: Manifest) -> str:
    if manifest.tagging is not None:
        found = f"finds entities of {len(manifest.tagging.entities)} types in a text"
        return found + (
            f" and gives it one of {len(manifest.labels)} intents" if manifest.task == "joint" else ""
        )
    what = "any of" if manifest.task == "multilabel" else "one of"
    return f"gives a text {what} {len(manifest.labels)} labels"


def limits(manifest: Manifest) -> str:
    """Where it must not be trusted."""
    if manifest.task in TAGGING:
        unfit = "names and words it never saw may be missed or taken for something else"
    elif manifest.task == "multilabel":
        unfit = "a text that fits none of its labels may get some all the same"
    else:
        unfit = "a text that fits none of its labels still gets one of them"
    return (
        "A text unlike these (another language, subject, length or time) may be answered wrongly and with "
        f"high confidence; {unfit}; of a text longer than "
        f"{manifest.text.max_length:,} tokens ({percent(manifest.data.truncated_rate)} of the training rows) "
        f"it reads {_kept(manifest.text)} only."
    )


def abstention(manifest: Manifest) -> str:
    """What the threshold means."""
    calibration = manifest.calibration
    if manifest.task == "multilabel":
        return "A label is answered when its probability reaches its threshold (the best F1 on dev)."
    if manifest.task == "tagging":
        return "No answer is marked as abstained: each entity has a confidence of its own."
    if calibration.abstain_below == 0.0:
        return "No answer is marked as abstained, but that to a text without any token."
    return (
        f"An answer with a confidence below {calibration.abstain_below:.3f} is marked as abstained: "
        "still the best guess, but one to check by hand. The threshold was chosen on dev."
    )


def text_rule(rule: TextRule) -> str:
    """The text rule in one line."""
    segmenter = f", segmented by {rule.segmenter}" if rule.segmenter else ""
    case = "lower case" if rule.lowercase else "case kept"
    return f"{rule.unit} tokens, {case}{segmenter}; at most {rule.max_length:,}, cut to {_kept(rule)}"


def config_toml(config: dict[str, Any]) -> str:
    """The config as a file that ``train`` reads; TOML has no null, an unset key is "none"."""
    return tomlkit.dumps(_without_null(config)).strip()


def reproduce(manifest: Manifest) -> str:
    """Shell lines that train the model again."""
    commit = manifest.environment.git_commit
    lines = [f"git checkout {commit}"] if commit else []
    command, members = "python -m training train run.toml", manifest.training.get("ensemble")
    if seeds := manifest.training.get("seeds"):
        command += f" --seeds {seeds['n']}" + (" --ensemble" if members else "")
    elif members:
        command = shlex.join(["python", "-m", "training", "average", "run.toml", *members])
    if previous := manifest.training.get("from"):
        command += f" --from {shlex.quote(previous)}"
    lines.append(f"{command}   # the config above, saved as run.toml")
    return "\n".join(lines)


def lineage(manifest: Manifest) -> list[str]:
    """Sentences on the networks this one comes from or was chosen among."""
    sentences = []
    if previous := manifest.training.get("from"):
        sentences.append(f"It went on from the weights of {previous}.")
    if teacher := manifest.training.get("teacher"):
        sentences.append(f"It also learned from the answers of {teacher}.")
    if seeds := manifest.training.get("seeds"):
        if manifest.training.get("ensemble"):
            sentences.append(
                f"This is the mean of {seeds['n']} networks that differ in their seed only; the epochs above "
                f"are those of the best one on dev, with seed {manifest.training['seed']}."
            )
        else:
            sentences.append(
                f"This is the best on dev of {seeds['n']} networks that differ in their seed only; "
                f"it has seed {manifest.training['seed']}."
            )
        if "test_mean" in seeds:
            sentences.append(
                f"Their accuracy on test is {percent(seeds['test_mean'])} on average, with a standard "
                f"deviation of {percent(seeds['test_sd'])}."
            )
    elif members := manifest.training.get("ensemble"):
        sentences.append(
            f"This is the mean of {', '.join(members)}; the epochs above are those of the best one on dev."
        )
    return sentences


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items()}
    return "none" if value is None else value


def _kept(rule: TextRule) -> str:
    if rule.truncate == "head+tail":
        return f"the first {rule.head_length:,} and the last {rule.tail_length:,}"
    return f"the {'first' if rule.truncate == 'head' else 'last'} {rule.max_length:,}"


def _length_words(quantiles: dict[str, float]) -> str:
    if "0.05" not in quantiles or "0.95" not in quantiles:
        return ""
    return f", nine in ten of {quantiles['0.05']:,.0f} to {quantiles['0.95']:,.0f} tokens,"
