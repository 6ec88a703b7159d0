#!/usr/bin/env python3
"""check_links.py SITE    exits with 1 and names each link of the site's pages that leads to no file or no heading."""

import sys
import urllib.parse
from html.parser import HTMLParser
from pathlib import Path


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.path, self.links, self.ids = path, [], {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id") or attributes.get("name") or "")
        self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]


def main():
    site = Path(sys.argv[1]).resolve()
    pages = {path: Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    broken, links = [], 0
    for page in pages.values():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            links += 1
            target = page.path
            if parts.path:
                target = (page.path.parent / urllib.parse.unquote(parts.path)).resolve()
                target = target / "index.html" if target.is_dir() else target
            there = target.is_file() and target.is_relative_to(site)
            heading = urllib.parse.unquote(parts.fragment)
            if not there or (target in pages and heading not in pages[target].ids):
                broken.append(f"{page.path.relative_to(site)}: {link}")
    for line in sorted(set(broken)):
        print(f"site: a link leads nowhere: {line}", file=sys.stderr)
    print(f"site: {len(pages)} pages, {links} links, {len(set(broken))} lead nowhere: {site}")
    sys.exit(1 if broken or not pages else 0)


main()
