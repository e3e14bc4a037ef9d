"""Every message that is translated, by the package beside which its catalogues stand, and what is wrong with those."""

import io
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from wattlink.base.languages import catalogue_file
from wattlink.connectors.registry import manifests, package_of
from wattlink.domain.interventions import catalogue

Message = str | tuple[str, str]
"""Those that depend on a number are pairs."""

_EXTRACTED = ("wattlink.link", "wattlink.domain.users.mail")  # packages whose messages are marked in code and templates
_METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
_KEYWORDS = {"_": None, "say": None, "N_": None, "say_many": (1, 2), "NN_": (1, 2)}
_OPTIONS = {"templates/**.html": {"silent": "false", "trimmed": "true"}}
_PLACES = re.compile(r"%\((\w+)\)s")
_SAME_IS_SUSPECT = 24  # letters: shorter ones may be the same in two languages


class Bundle(NamedTuple):
    """The messages of one package."""

    package: str
    messages: frozenset[Message]
    is_filled_in: bool = False  # by `%(name)s`

    @property
    def has_plurals(self) -> bool:
        """Whether any depends on a number."""
        return any(isinstance(message, tuple) for message in self.messages)


def bundles() -> list[Bundle]:
    """All of them: marked messages, the common interventions, and each vendor's."""
    marked = [Bundle(package, frozenset(_marked(package)), is_filled_in=True) for package in _EXTRACTED]
    own = [found.entry for found in catalogue.entries() if found.vendor is None]
    shared = Bundle(catalogue.OWN_TEXTS, frozenset(text for entry in own for text in (entry.title, entry.description)))
    vendors = [
        Bundle(
            package_of(vendor),
            frozenset(
                [
                    *manifest.sign_in.steps,
                    *(text for entry in manifest.interventions for text in (entry.title, entry.description)),
                ]
            ),
        )
        for vendor, manifest in manifests().items()
    ]
    return [*marked, shared, *(bundle for bundle in vendors if bundle.messages)]


def read(bundle: Bundle, language: str) -> Catalog | None:
    """A bundle's catalogue in a language, if there is one."""
    file = catalogue_file(bundle.package, language)
    return read_po(io.BytesIO(file.read_bytes()), locale=language) if file.is_file() else None


def offences(bundle: Bundle, language: str) -> Iterator[str]:
    """What is missing, unused, fuzzy or misshapen in a bundle's catalogue."""
    found = read(bundle, language)
    if found is None:
        yield "no catalogue"
        return
    known = {message.id for message in found if message.id}
    yield from (f"unused: {message}" for message in [*(known - bundle.messages), *found.obsolete])
    if bundle.has_plurals and (found.num_plurals, found.plural_expr) != tuple(get_plural(language)):
        yield f"Plural-Forms: must be {get_plural(language)}"
    for message in sorted(bundle.messages, key=str):
        entry = found.get(message)
        written = () if entry is None else entry.string or ()
        forms = [written] if isinstance(written, str) else list(written)
        if entry is None or not forms or not all(forms):
            yield f"missing: {message}"
        elif entry.fuzzy:
            yield f"fuzzy: {message}"
        else:
            yield from (f"{problem}: {message}" for problem in _misshapen(bundle, message, forms, found.num_plurals))


def _misshapen(bundle: Bundle, message: Message, forms: list[str], plurals: int) -> Iterator[str]:
    english = message if isinstance(message, str) else message[1]
    if isinstance(message, tuple) and len(forms) != plurals:
        yield f"{len(forms)} plural forms instead of {plurals}"
    for form in forms:
        if form != form.strip():
            yield "spaces around it"
        if form == english and len(form) >= _SAME_IS_SUSPECT:
            yield "still English"
        if bundle.is_filled_in and not _fills_in_the_same(message, form):
            yield "fills in something else"
        if not bundle.is_filled_in and _shape(form) != _shape(english):
            yield "other paragraphs, steps or bold words"


def _fills_in_the_same(message: Message, form: str) -> bool:
    places = set(_PLACES.findall(form))
    if form.count("%") != len(_PLACES.findall(form)):
        return False
    if isinstance(message, str):
        return places == set(_PLACES.findall(message))
    return places | {"count"} == set(_PLACES.findall(message[1])) | {"count"}


def _shape(text: str) -> tuple[int, int, int]:
    return text.count("\n\n"), len(re.findall(r"^\d+\. ", text, re.MULTILINE)), text.count("**")


def _marked(package: str) -> Iterator[Message]:
    root = str(files(package))
    for _, _, message, _, _ in extract_from_dir(root, _METHODS, options_map=_OPTIONS, keywords=_KEYWORDS):
        yield message if isinstance(message, str) else (message[0], message[1])
