"""What the page says of the model and its data in words."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from models.runtime.manifest import Manifest
from models.text.spec import TextRule
from training.report.figures import percent
from training.report.limits import kept

_MOST_SHARES, _MOST_NAMED, _MOST_LISTED = 5, 12, 20


def label_shares(shares: dict[str, float]) -> str:
    """The most frequent labels with their shares of the training rows."""
    order = sorted(shares, key=lambda label: -shares[label])
    named = ", ".join(f"{label} {percent(shares[label])}" for label in order[:_MOST_SHARES])
    rest = len(order) - _MOST_SHARES
    return named if rest <= 0 else f"{named} and {rest} more {'label' if rest == 1 else 'labels'}"


def intended_use(manifest: Manifest, scripts: Mapping[str, float] | None = None) -> list[str]:
    """What the model is for: texts like the ones it learned from.

    Args:
        scripts: share of the training words by the script they are written in, see ``top_words``.
    """
    learned = (
        f"It learned from {manifest.data.rows.get('train', 0):,} rows"
        f"{_length_words(manifest.data.length_quantiles)} and is meant for texts like these: of the same "
        "source, subject and time."
    )
    use = [
        f"It {_gives(manifest)}: {_named(manifest.labels)}."
        if manifest.tagging is None
        else f"It {_gives(manifest)}."
    ]
    use.append(learned)
    if scripts:
        shares = ", ".join(f"{script} {percent(share)}" for script, share in scripts.items())
        use.append(f"Scripts of the training words: {shares}. Others are hardly known to it.")
    return use


def _named(labels: Sequence[str]) -> str:
    named = ", ".join(labels[:_MOST_NAMED])
    rest = len(labels) - _MOST_NAMED
    return named if rest <= 0 else f"{named} and {rest} more"


def _gives(manifest: Manifest) -> str:
    if manifest.tagging is not None:
        found = f"finds entities of {len(manifest.tagging.entities)} types in a text"
        return found + (
            f" and gives it one of {len(manifest.labels)} intents" if manifest.task == "joint" else ""
        )
    what = "any of" if manifest.task == "multilabel" else "one of"
    return f"gives a text {what} {len(manifest.labels)} labels"


def facts(manifest: Manifest) -> list[tuple[str, str]]:
    """What the model is, as rows of a table."""
    found: list[tuple[str, str]] = [("Task", manifest.task)]
    if manifest.tagging is not None:
        found.append(("Entity types", _listed(manifest.tagging.entities)))
    if manifest.task != "tagging":
        name = "Intents" if manifest.task == "joint" else "Labels"
        found.append((name, _listed(manifest.labels)))
    if train := manifest.config.get("data", {}).get("train"):
        found.append(("Training data", f"{train}, {manifest.data.rows.get('train', 0):,} rows"))
    found += [
        ("Created", manifest.created),
        ("Parameters", f"{manifest.parameters:,}"),
        ("Vocabulary", f"{manifest.vocabulary_size:,} tokens"),
        ("Text rule", text_rule(manifest.text)),
    ]
    if vectors := manifest.training.get("vectors"):
        found.append(("Word vectors", word_vectors(vectors)))
    if repaired := manifest.training.get("repaired_tags"):
        found.append(("Ill-formed tags repaired", f"{sum(repaired.values()):,}"))
    return found


def word_vectors(facts: Mapping[str, Any]) -> str:
    """What the vectors started from, and the share of the known words that have one."""
    if "file" in facts:
        source = f"{facts['file']}, which has {facts['words']:,} words"
    else:
        source = f"fitted on {facts['texts']:,} texts of {facts['tokens']:,} tokens"
    if "coverage" not in facts:  # a model of an earlier version
        return source
    share = percent(facts["coverage"])
    return f"{source}; {share} of the vocabulary start from one of these, the others by chance"


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels) if len(labels) <= _MOST_LISTED else f"{len(labels)}, each with its figures below"


def text_rule(rule: TextRule) -> str:
    """The text rule in one line."""
    segmenter = f", segmented by {rule.segmenter}" if rule.segmenter else ""
    case = "lower case" if rule.lowercase else "case kept"
    if rule.ids == "token+case":
        case += ", capitals told apart"
    return f"{rule.unit} tokens, {case}{segmenter}; at most {rule.max_length:,}, cut to {kept(rule)}"


def config_toml(config: dict[str, Any]) -> str:
    """The config as a file that ``train`` reads; TOML has no null, an unset key is "none"."""
    return tomlkit.dumps(_without_null(config)).strip()


def reproduce(manifest: Manifest) -> str:
    """Shell lines that train the model again and judge it."""
    commit = manifest.environment.git_commit
    lines = [f"git checkout {commit}"] if commit else []
    lines.append(f"make setup   # Python {manifest.environment.python}; the pinned libraries")
    lines.append(
        "python -m training inspect run.toml --json   # the config above; shows the fingerprint of the data"
    )
    command, members = "python -m training train run.toml", manifest.training.get("ensemble")
    if seeds := manifest.training.get("seeds"):
        command += f" --seeds {seeds['n']}" + (" --ensemble" if members else "")
    elif members:
        command = shlex.join(["python", "-m", "training", "average", "run.toml", *members])
    if previous := manifest.training.get("from"):
        command += f" --from {shlex.quote(previous)}"
    lines.append(command)
    test = manifest.config.get("data", {}).get("test")
    if isinstance(test, str) and manifest.test is not None:
        reference = shlex.quote(f"{manifest.name}/{manifest.version}")
        lines.append(
            f"python -m training evaluate {reference} {shlex.quote(test)} --json   # this version, as it is"
        )
    return "\n".join(lines)


def lineage(manifest: Manifest) -> list[str]:
    """Sentences on the networks this one comes from or was chosen among."""
    sentences = []
    if previous := manifest.training.get("from"):
        sentences.append(f"It went on from the weights of {previous}.")
    if teacher := manifest.training.get("teacher"):
        sentences.append(f"It also learned from the answers of {teacher}.")
    if rows := manifest.training.get("rows"):
        sentences += _rows_kept(rows)
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


def _rows_kept(rows: Mapping[str, Any]) -> list[str]:
    """What became of rows that earlier models had learned or were judged by."""
    names, found = " and ".join(rows["of"]), []
    if rows["kept"]:
        found.append(
            f"Rows keep the part they had for {names}: {rows['kept']:,} of the training file are in another "
            "one than the seed would draw."
        )
    for part, count in rows["left_out"].items():
        why = "judged" if part == "train" else "was learned by"
        which = "row that" if count == 1 else "rows each of which"
        found.append(f"{count:,} {which} {why} {names} {'is' if count == 1 else 'are'} left out of {part}.")
    return found


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items()}
    return "none" if value is None else value


def _length_words(quantiles: dict[str, float]) -> str:
    if "0.05" not in quantiles or "0.95" not in quantiles:
        return ""
    return f", nine in ten of {quantiles['0.05']:,.0f} to {quantiles['0.95']:,.0f} tokens,"
