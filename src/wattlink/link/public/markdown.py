"""The catalogue's Markdown as HTML: paragraphs, lists, emphasis and links, and nothing else."""

from markdown_it import MarkdownIt
from markupsafe import Markup

_PARSER = MarkdownIt("zero", {"html": False}).enable(["list", "emphasis", "link", "escape", "newline"])


def rendered(text: str) -> Markup:
    """What a template may show as it is: HTML in the text is escaped, and links lead to pages only."""
    return Markup(_PARSER.render(text))  # noqa: S704  the parser escapes
