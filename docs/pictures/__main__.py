"""Makes the pictures of README and documentation: ``make pictures``.

    python -m docs.pictures [NAME...] [--artifacts FOLDER]

Trains the models of the examples into the folder where they are missing (10 to 20 minutes), serves them with
the ONNX engine, and takes each picture from the page of that service, or from a model's report. A picture
that cannot be taken here is left as it is, and why is said: the two reading curves need models of the
benchmarks (``docs/pictures/models.py``), Chinese needs a font (``apt-get install fonts-noto-cjk``). Look at
every picture afterwards.

Ends with 1 where a picture that could be taken went wrong.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from docs.pictures.images import around, keep
from docs.pictures.models import BENCHMARKS, ROOT, train_missing
from docs.pictures.needs import has_chinese_font
from docs.pictures.scenes import DESKTOP, REPORTS, SCENES, Report, Scene
from examples.served import serving
from tests.chromium import chromium

IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Trains, serves, looks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join([*SCENES, *REPORTS])}")
    parser.add_argument("--artifacts", type=Path, default=ROOT / "build" / "pictures")
    args = parser.parse_args()
    if unknown := set(args.names) - SCENES.keys() - REPORTS.keys():
        parser.error(f"there is no picture {', '.join(sorted(unknown))}")
    artifacts = args.artifacts.resolve()
    wanted = {
        name: shown
        for name, shown in {**SCENES, **REPORTS}.items()
        if (not args.names or name in args.names) and can_be_taken(name, shown, artifacts)
    }
    with chromium() as browser:  # before the trainings: it may be missing
        try:
            train_missing(artifacts, {shown.model for shown in wanted.values()})
        except subprocess.CalledProcessError as error:
            sys.exit(f"No picture was taken: training failed: {' '.join(error.cmd)}")
        with serving(artifacts) as address:
            taken = [take(browser, address, artifacts, name, shown) for name, shown in wanted.items()]
    sys.exit(0 if all(taken) else 1)


def can_be_taken(name: str, shown: Scene | Report, artifacts: Path) -> bool:
    """Whether this machine has what a picture needs; says what is missing."""
    why = ""
    if shown.model in BENCHMARKS and not (artifacts / shown.model).is_dir():
        why = (
            f"{artifacts} has no model {shown.model}; its data is not fetched from here, and with it "
            f"`python -m benchmarks.quality {shown.model} --data FOLDER --artifacts {artifacts}` trains it"
        )
    elif shown.chinese and not has_chinese_font():
        why = "there is no font for Chinese (apt-get install fonts-noto-cjk)"
    if why:
        print(f"{name} is left as it is: {why}.", flush=True)
    return not why


def take(browser: Browser, address: str, artifacts: Path, name: str, shown: Scene | Report) -> bool:
    """Writes one picture; one that goes wrong is left as it is and said."""
    try:
        picture = (
            of_page(browser, address, shown)
            if isinstance(shown, Scene)
            else of_report(browser, artifacts, shown)
        )
    except (Error, AssertionError) as error:
        print(f"{name} is left as it is: {error}", file=sys.stderr, flush=True)
        return False
    path = IMAGES / f"{name}.png"
    keep(picture, path)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes", flush=True)
    return True


def of_page(browser: Browser, address: str, scene: Scene) -> bytes:
    """What a person sees on the page of the service."""
    with opened(browser, f"{address}/", scene.width, dark=scene.dark, scale=scene.scale) as page:
        page.wait_for_selector("#model option", state="attached")
        page.select_option("#model", scene.model)
        scene.act(page)
        # Without the outline of the field that was typed into, and when nothing moves any more.
        page.evaluate("document.activeElement.blur()")
        page.wait_for_timeout(500)
        return around(page, scene.part, scene.part)


def of_report(browser: Browser, artifacts: Path, report: Report) -> bytes:
    """A part of a model's report."""
    path = artifacts / report.model / "1" / "report" / "index.html"
    with opened(browser, path.as_uri(), DESKTOP) as page:
        return around(page, report.first, report.last)


@contextmanager
def opened(
    browser: Browser, address: str, width: int, *, dark: bool = False, scale: float = 1.0
) -> Iterator[Page]:
    """A window of its own at an address."""
    with browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
    ) as context:
        page = context.new_page()
        page.goto(address)
        yield page


if __name__ == "__main__":
    main()
