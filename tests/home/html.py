"""Reading a page as a screen reader or a validator would."""

from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "input", "source", "rect", "circle", "path", "hr"}


class Outline(HTMLParser):
    """What a document is made of; `problems` says what no page may have."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.problems: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.problems += [f"not closed: {tag}" for tag in self._open]
        self.problems += [f"id twice: {name}" for name in {i for i in self.ids if self.ids.count(i) > 1}]
        self.problems += [f"no target: #{name}" for name in self.targets - set(self.ids)]
        if self.headings.count(1) != 1:
            self.problems.append(f"{self.headings.count(1)} h1")
        for before, after in zip(self.headings, self.headings[1:], strict=False):
            if after > before + 1:
                self.problems.append(f"h{after} after h{before}")
        for landmark in ("main", "header", "footer"):
            if landmark not in self.tags:
                self.problems.append(f"no {landmark}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self._open.append(tag)
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(int(tag[1]))
        if name := attributes.get("id"):
            self.ids.append(name)
        href = attributes.get("href") or ""
        if href.startswith("#"):
            self.targets.add(href[1:])
        if tag == "img" and attributes.get("alt") is None:
            self.problems.append("img without alt")
        if tag == "script" or any(name.startswith("on") for name in attributes):
            self.problems.append(f"active content: {tag} {attributes}")
        if href.lower().startswith("javascript:"):
            self.problems.append(href)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self._open[-1:]}")
        if tag in self._open:
            while self._open.pop() != tag:
                pass
