"""Every message of the Link UI, as its templates and modules hold it."""

from collections.abc import Iterator
from importlib.resources import files

from babel.messages.extract import extract_from_dir

Message = str | tuple[str, str]

_METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
_KEYWORDS = {"_": None, "say": None, "N_": None, "say_many": (1, 2), "NN_": (1, 2)}
_OPTIONS = {"templates/**.html": {"silent": "false", "trimmed": "true"}}


def messages() -> set[Message]:
    """All of them; those that depend on a number are pairs."""
    return set(_found())


def _found() -> Iterator[Message]:
    root = str(files("wattlink.link"))
    for _, _, message, _, _ in extract_from_dir(root, _METHODS, options_map=_OPTIONS, keywords=_KEYWORDS):
        yield message if isinstance(message, str) else (message[0], message[1])
