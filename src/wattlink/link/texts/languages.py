"""In which language a page speaks, and how it writes numbers and times."""

import gettext
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec
from babel import Locale
from babel.core import get_global

from wattlink.base.languages import ENGLISH, language_of, locale_of, translated, translations

PACKAGE = "wattlink.link"


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
    """The session's language, or with `browser` the best that the browser accepts; American English where we have none.

    The country of the tag stays: it says how numbers and times are written, and how the page is read out.
    """
    tags = accepted(accept_language) if wanted == "browser" else [wanted]
    for tag in tags:
        locale = locale_of(tag)
        if locale is not None and (known := language_of(locale.language)) in spoken():
            return _language(known, locale.territory)
    return _language(ENGLISH, "US")


def spoken() -> frozenset[str]:
    """The languages that the pages speak."""
    return translated(PACKAGE) | {ENGLISH}


def regions(accept_language: str) -> list[str]:
    """The countries that a browser's languages point to, the likeliest first: `nb` to NO, `de-AT` to AT."""
    found = [_territory(locale) for tag in accepted(accept_language) if (locale := locale_of(tag)) is not None]
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


@cache
def _language(known: str, territory: str | None) -> Language:
    locale = locale_of(f"{known}-{territory}" if territory else known) or Locale(known)
    tag = f"{known}-{territory}" if territory else known
    return Language(tag, locale, translations(PACKAGE, known))


def _territory(locale: Locale) -> str | None:
    if locale.territory:
        return str(locale.territory)
    likely: Mapping[str, str] = get_global("likely_subtags")
    parts: Sequence[str] = likely.get(locale.language, "").split("_")
    return parts[-1] if len(parts) > 1 else None
