"""Makes the pictures of README and documentation: ``make pictures``.

    python -m docs.pictures [NAME...] [--artifacts FOLDER]

Trains the models of the examples into the folder where they are missing, serves them with the ONNX engine,
and takes each picture from the page of that service, or from a model's report. Two pictures need models of
the benchmarks (``docs/pictures/models.py``). Chinese needs a font: ``apt-get install fonts-noto-cjk``.
Look at every picture afterwards.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from docs.pictures.images import around, keep
from docs.pictures.models import ROOT, train_missing
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
    wanted = set(args.names or [*SCENES, *REPORTS])
    train_missing(
        artifacts, {shown.model for name, shown in [*SCENES.items(), *REPORTS.items()] if name in wanted}
    )
    with chromium() as browser, serving(artifacts) as address:
        for name, picture in pictures(browser, address, artifacts, wanted):
            path = IMAGES / f"{name}.png"
            keep(picture, path)
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes", flush=True)


def pictures(
    browser: Browser, address: str, artifacts: Path, wanted: set[str]
) -> Iterator[tuple[str, bytes]]:
    """Name and PNG of each wanted picture."""
    for name, scene in SCENES.items():
        if name not in wanted:
            continue
        if (artifacts / scene.model).is_dir():
            yield name, of_page(browser, address, scene)
        else:
            print(f"{name} is left as it is: {artifacts} has no {scene.model}", flush=True)
    for name, report in REPORTS.items():
        if name in wanted:
            yield name, of_report(browser, artifacts, report)


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
