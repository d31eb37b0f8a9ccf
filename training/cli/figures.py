"""Figures for a person: the table network / baseline / margin, on stderr."""

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from models.counted import counted
from models.figures import in_percent
from models.runtime.manifest import Evaluation, Interval, Manifest, RobustnessRow, main_metric
from training.margin import margin
from training.metric_names import METRIC_NAMES
from training.report.verdict import verdict

if TYPE_CHECKING:
    from training.run import Trained
    from training.tagging.run import TrainedTagger


def print_comparison(manifest: Manifest) -> None:
    """Network, baseline and the margin between them on the held-out rows, overall and by slice."""
    # Labels are data: nothing in them is markup.
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    console.print(comparison_table(manifest))
    if wide := manifest.training.get("wide"):
        what = "intent accuracy" if manifest.tagging else "accuracy"
        shares = wide["accuracy"][_judged_part(manifest)]
        console.print(_sides(what, shares, wide["linear_share"]), soft_wrap=True)
    for sentence in sentences(manifest):
        console.print(sentence, soft_wrap=True)
    if seeds := manifest.training.get("seeds"):
        mean, sd = seeds["dev_mean"], seeds["dev_sd"]
        is_loss = manifest.config["training"]["monitor"] == "loss"
        score = f"{mean:.4f} ± {sd:.4f}" if is_loss else _mean_and_spread(mean, sd)
        sentence = f"{seeds['n']} networks: dev score {score}"
        if "test_mean" in seeds:
            metric = main_metric(manifest.task)
            score = _mean_and_spread(seeds["test_mean"], seeds["test_sd"])
            sentence += f", test {METRIC_NAMES[metric]} {score}"
            if manifest.baseline is not None:
                above = margin(metric, seeds["test_mean"], manifest.baseline.metrics[metric].value)
                sentence += f", on average {in_percent(above, signed=True)} points against the baseline"
        console.print(sentence, soft_wrap=True)


def sentences(manifest: Manifest) -> list[str]:
    """Whether the network earns its place, and which baselines it was held against."""
    if manifest.baseline is None:
        return []
    found = [verdict(manifest).sentence]
    if manifest.mcnemar is not None:
        pair = manifest.mcnemar
        found[0] += (
            f" Right alone: network {pair.network_only:,}, baseline {counted(pair.baseline_only, 'row')} "
            f"(McNemar's p = {pair.p:.2g})."
        )
    for facts in manifest.baselines:
        metric = main_metric(manifest.task)
        here = facts.metrics[metric].value
        found.append(
            f"baseline {facts.name}: {in_percent(facts.dev_score)}% on dev, "
            f"{METRIC_NAMES[metric]} {in_percent(here)}% here"
        )
    for row in manifest.robustness:
        found.append(f"{row.name} ({counted(row.n, 'row')}): {', '.join(_shares(row))}")
    return found


def _shares(row: RobustnessRow) -> list[str]:
    """Each model's accuracy, and its change where the rows were changed."""
    unchanged = row.unchanged or {}
    shown = []
    for model, share in row.accuracy.items():
        change = ""
        if model in unchanged:
            change = f" ({in_percent(share - unchanged[model], signed=True)} points)"
        shown.append(f"{model} {in_percent(share)}%{change}")
    return shown


def comparison_table(manifest: Manifest) -> Table:
    """The table of ``print_comparison``."""
    part = _judged_part(manifest)
    network = manifest.test or manifest.dev
    baseline = manifest.baseline
    # Few lines and short figures: it has to fit into 80 columns.
    title = f"{manifest.name}: {counted(network.n, f'{part} row')}, in %, with 95 % intervals"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column()
    for column in ("network", "baseline", "margin (points)"):
        table.add_column(column, justify="right")
    for name, shown in METRIC_NAMES.items():
        if name in network.metrics:
            theirs = baseline.metrics.get(name) if baseline else None
            ahead = _margin(network, baseline, name)
            if name == main_metric(manifest.task) and manifest.margin is not None:
                low, high = (
                    in_percent(end, signed=True) for end in (manifest.margin.low, manifest.margin.high)
                )
                ahead += f" [{low}, {high}]"
            table.add_row(shown, _with_interval(network.metrics[name]), _value(theirs), ahead)
    for name, facts in network.slices.items():
        theirs_slice = baseline.slices.get(name) if baseline else None
        row = [f"in {name} ({facts['n']:,.0f})", in_percent(facts["accuracy"])]
        if theirs_slice:
            ahead = in_percent(margin("accuracy", facts["accuracy"], theirs_slice["accuracy"]), signed=True)
            row += [in_percent(theirs_slice["accuracy"]), ahead]
        table.add_row(*row)
    return table


def spread(networks: Sequence["Trained | TrainedTagger"], metric: str = "accuracy") -> dict[str, Any]:
    """Mean and standard deviation over networks that differ in their seed only.

    Args:
        metric: of the test part.
    """
    dev = [network.history.epochs[network.history.best_epoch - 1].score for network in networks]
    facts: dict[str, Any] = {
        "n": len(networks),
        "seeds": [network.seed for network in networks],
        "dev_scores": dev,
        "dev_mean": statistics.fmean(dev),
        "dev_sd": statistics.stdev(dev) if len(dev) > 1 else 0.0,
    }
    test = [network.test.metrics[metric].value for network in networks if network.test is not None]
    if test:
        facts |= {
            "test_accuracy": test,
            "test_mean": statistics.fmean(test),
            "test_sd": statistics.stdev(test) if len(test) > 1 else 0.0,
        }
    return facts


def _judged_part(manifest: Manifest) -> str:
    return "test" if manifest.test is not None else "dev"


def _sides(what: str, accuracy: dict[str, float], linear_share: float) -> str:
    return (
        f"{what} of the recurrent side alone {in_percent(accuracy['recurrent'])}%, of the linear side alone "
        f"{in_percent(accuracy['linear'])}%, of their blend {in_percent(accuracy['blend'])}% "
        f"(linear share {linear_share:.0%})"
    )


def _with_interval(figure: Interval) -> str:
    return f"{in_percent(figure.value)} [{in_percent(figure.low)}, {in_percent(figure.high)}]"


def _value(figure: Interval | None) -> str:
    return in_percent(figure.value) if figure else ""


def _mean_and_spread(mean: float, deviation: float) -> str:
    return f"{in_percent(mean)}% ± {in_percent(deviation)} points"


def _margin(network: Evaluation, baseline: Evaluation | None, name: str) -> str:
    if baseline is None or name not in baseline.metrics:
        return ""
    ahead = margin(name, network.metrics[name].value, baseline.metrics[name].value)
    return in_percent(ahead, signed=True)
