"""The page about displays has the pictures that it makes."""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
MOST_BYTES = 100_000


def test_pictures_of_the_page_are_there_and_small():
    page = (DOCS / "displays.md").read_text(encoding="utf-8")
    made = re.findall(r"# picture: (\w+)$", page, re.M)
    shown = re.findall(r"!\[[^]]{40,}\]\(images/display_(\w+)\.png\)", page)
    assert made == shown
    assert {f"display_{name}.png" for name in made} == {
        path.name for path in (DOCS / "images").glob("display_*.png")
    }
    for name in made:
        assert (DOCS / "images" / f"display_{name}.png").stat().st_size < MOST_BYTES
