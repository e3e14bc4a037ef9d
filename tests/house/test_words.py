"""One word per idea: the names that we give don't use the words that the house doesn't."""

import ast
import re
from collections.abc import Iterator

from tests.house.source import modules

_NOT_OURS = {
    "integration": "connector",
    "provider": "vendor",
    "oem": "vendor",
    "connection": "account (or, of PostgreSQL, a connection in db/)",
    "item": "the thing's own name",
    "asset": "device",
    "thing": "device",
    "job": "visit, delivery or the row's own name",
    "task": "visit, delivery or pump",
}
# Where the word is right: PostgreSQL's, TCP's and HTTP's connections, and a limit that has this name outside.
_ALLOWED = {
    "connection": (
        "db/",
        "web/",
        "settings/",
        "base/",
        "cli/one_machine/",
        "domain/errors.py",
        "domain/organizations/",
    ),
}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def test_names_use_the_words_of_the_house() -> None:
    offences = [
        f"{path}: {name}: {word} is called {_NOT_OURS[word]}"
        for path, tree in modules().items()
        if not path.startswith(("dialects/", "connectors/vendors/"))  # there the outside chooses
        for name in {*_names(tree), *path.removesuffix(".py").split("/")}
        for word in _words(name)
        if word in _NOT_OURS and not path.startswith(_ALLOWED.get(word, ()))
    ]
    assert sorted(offences) == []


def _words(name: str) -> Iterator[str]:
    for found in _WORD.findall(name):
        word = found.lower()
        yield word.removesuffix("s") if word.removesuffix("s") in _NOT_OURS else word


def _names(tree: ast.AST) -> Iterator[str]:
    """Every name that is given here: of classes, functions, parameters, variables and attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
