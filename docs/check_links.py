"""Look for dead links in the built pages: ``python docs/check_links.py build/docs``.

Only links from page to page, to parts of pages and to files; nothing is fetched from elsewhere.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of one page, and what may be linked to on it.

    Parameters
    ----------
    path : pathlib.Path
        The page.
    """

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links = {"", "top"}, set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        """Collect what a tag links to, and its own names."""
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value)
            elif name in ("href", "src") and value is not None:
                self.links.add(value)


def dead_links(folder):
    """Yield the page and the target of each link that leads nowhere.

    Parameters
    ----------
    folder : pathlib.Path
        The built pages.

    Yields
    ------
    page, link : str
        Where it stands, and what it says.
    """
    paths = sorted(set(folder.rglob("*.html")) - set(folder.glob("_static/**/*")))
    pages = {path: Page(path) for path in paths}
    if not pages:
        raise SystemExit(f"no pages in {folder}")
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            known = pages[target].anchors if target in pages else {""}
            here = target.exists() and (target.suffix != ".html" or target in pages)
            if not here or (target in pages and unquote(parts.fragment) not in known):
                yield str(path.relative_to(folder)), link


def main():
    """Print the dead links; the exit code is 1 if there are any."""
    folder = Path(sys.argv[1]).resolve()
    found = list(dead_links(folder))
    for page, link in found:
        print(f"{page}: {link}")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
