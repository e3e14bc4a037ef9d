"""In which language a page speaks, and how it writes numbers and times."""

import gettext
import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec
from babel import Locale
from babel.core import UnknownLocaleError, get_global
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATED = ("de", "fr", "nb")
_SAME_AS = {"no": "nb", "nn": "nb"}


class Language(msgspec.Struct, frozen=True):
    """A language of the pages, with the locale that formats what is shown in it."""

    tag: str  # for `lang`, and for vendors: de, en-GB
    locale: Locale
    texts: gettext.NullTranslations

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)

    def say(self, message: str, **values: object) -> str:
        """The message in this language, its `%(name)s` filled in."""
        return self.texts.gettext(message) % values

    def say_many(self, one: str, many: str, count: int, **values: object) -> str:
        """The message for this number, also filled in as `%(count)s`."""
        return self.texts.ngettext(one, many, count) % {"count": count, **values}


def choose(wanted: str, accept_language: str) -> Language:
    """The session's language, or with `browser` the best that the browser accepts; English where we have none."""
    tags = accepted(accept_language) if wanted == "browser" else [wanted]
    for tag in tags:
        locale = _locale(tag)
        if locale is not None and (known := _SAME_AS.get(locale.language, locale.language)) in ("en", *TRANSLATED):
            return _language(known, locale.territory)
    return _language("en", None)


def regions(accept_language: str) -> list[str]:
    """The countries that a browser's languages point to, the likeliest first: `nb` to NO, `de-AT` to AT."""
    found = [_territory(locale) for tag in accepted(accept_language) if (locale := _locale(tag)) is not None]
    return list(dict.fromkeys(territory for territory in found if territory))


def accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first."""
    weighed = []
    for entry in header.split(",")[:20]:
        tag, _, parameter = entry.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        if tag and tag != "*" and weight.replace(".", "", 1).isdecimal():
            weighed.append((-float(weight), tag.strip()))
    return [tag for weight, tag in sorted(weighed, key=lambda found: found[0]) if weight < 0]


def catalogues() -> Mapping[str, gettext.GNUTranslations]:
    """Our translations by language."""
    return {tag: _catalogue(tag) for tag in TRANSLATED}


@cache
def _catalogue(tag: str) -> gettext.GNUTranslations:
    source = files("wattlink.link").joinpath("locales", f"{tag}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=tag))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _language(known: str, territory: str | None) -> Language:
    locale = _locale(f"{known}-{territory}" if territory else known) or Locale(known)
    tag = f"{known}-{territory}" if territory else known
    return Language(tag, locale, gettext.NullTranslations() if known == "en" else _catalogue(known))


@cache
def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None


def _territory(locale: Locale) -> str | None:
    if locale.territory:
        return str(locale.territory)
    likely: Mapping[str, str] = get_global("likely_subtags")
    parts: Sequence[str] = likely.get(locale.language, "").split("_")
    return parts[-1] if len(parts) > 1 else None
