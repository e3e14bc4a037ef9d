"""The languages in which people are spoken to, and the catalogues beside our code that translate its English."""

import gettext
import io
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from babel import Locale
from babel.core import UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
LANGUAGES = ("da", "de", "es", "et", "fi", "fr", "hu", "it", "ja", "lt", "lv", "nb", "nl", "pl", "pt", "ro", "sv")
"""Each has one catalogue, whatever the country: `nl` is read in the Netherlands and in Belgium."""

_SAME_AS = {"no": "nb", "nn": "nb"}


def language_of(tag: str) -> str:
    """The language of a tag, as catalogues are named: `nb` of `no-NO`."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return _SAME_AS.get(language, language)


def spoken_to(tag: str) -> str:
    """The language in which whoever asks for this one is spoken to: English where we have no other."""
    locale = locale_of(tag)
    language = ENGLISH if locale is None else language_of(locale.language)
    return language if language in LANGUAGES else ENGLISH


@lru_cache(maxsize=1024)  # of what browsers and apps send
def locale_of(tag: str) -> Locale | None:
    """What a tag says of language and country; of one with extensions (`de-AT-u-co-phonebk`) what is before them."""
    subtags = [subtag for subtag in tag.replace("_", "-").split("-") if subtag]
    for length in range(len(subtags), 0, -1):
        try:
            return Locale.parse("-".join(subtags[:length]), sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return None


def translations(package: str, tag: str) -> gettext.NullTranslations:
    """What translates a package's messages into the language of a tag; what it lacks stays English."""
    return _catalogues(package).get(language_of(tag)) or gettext.NullTranslations()


def translated(package: str) -> frozenset[str]:
    """The languages into which a package's messages are translated."""
    return frozenset(_catalogues(package))


def catalogue_file(package: str, language: str) -> Traversable:
    """Where a package's messages stand in a language."""
    return files(package).joinpath("locales", f"{language}.po")


@cache
def _catalogues(package: str) -> Mapping[str, gettext.NullTranslations]:
    found = {language: catalogue_file(package, language) for language in LANGUAGES}
    return {language: _compiled(file, language) for language, file in found.items() if file.is_file()}


def _compiled(file: Traversable, language: str) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(file.read_bytes()), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
