"""``engram doctor``: what this machine gives a run, and what stands in its way."""

import argparse
import json
from dataclasses import asdict

from models.runtime.location import artifacts_folder

NAME = "doctor"
HELP = "look at Python, engines, processors, memory, disk and saved models; say what stands in the way"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="print the findings as one JSON array")


def run(args: argparse.Namespace) -> int:
    """Prints the findings; 1 where one of them stops a run."""
    from training.doctor import examine

    findings = examine(artifacts_folder())
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, pad_edge=False, show_header=False)
        for finding in findings:
            advice = f"\n{finding.status}: {finding.advice}" if finding.advice else ""
            table.add_row(finding.subject, finding.found + advice)
        # Names of models are data: nothing in them is markup.
        Console(markup=False, highlight=False, emoji=False).print(table)
    return 1 if any(finding.status == "problem" for finding in findings) else 0
