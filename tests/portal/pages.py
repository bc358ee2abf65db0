"""Reads pages as tests need them: parts by id, with what differs from one rendering to the next taken out."""

import re
from html.parser import HTMLParser

_TOKEN = re.compile(r'(name="(?:csrfmiddlewaretoken|attempt)" value=")[^"]*"')
_VOID = {"input", "br", "hr", "meta", "link", "img", "rect", "use", "path", "line"}


class _Part(HTMLParser):
    def __init__(self, wanted: str) -> None:
        super().__init__(convert_charrefs=False)
        self.wanted, self.depth, self.text = wanted, 0, ""

    def handle_starttag(self, tag, attrs):
        if not self.depth and dict(attrs).get("id") != self.wanted:
            return
        self.text += self.get_starttag_text() or ""
        if tag not in _VOID:
            self.depth += 1

    def handle_startendtag(self, _tag, _attrs):
        if self.depth:
            self.text += self.get_starttag_text() or ""

    def handle_endtag(self, tag):
        if self.depth and tag not in _VOID:
            self.text += f"</{tag}>"
            self.depth -= 1

    def handle_data(self, data):
        if self.depth:
            self.text += data

    def handle_entityref(self, name):
        self.handle_data(f"&{name};")

    def handle_charref(self, name):
        self.handle_data(f"&#{name};")


def part(page: bytes, identity: str) -> str:
    """The markup of the element with that id; tokens that differ every time are blanked."""
    reader = _Part(identity)
    reader.feed(_TOKEN.sub(r'\1"', page.decode()))
    assert reader.text, f"no element with id {identity}"
    return reader.text
