"""The catalogues of translations. Run as: python -m scripts.locales update|check [LANGUAGE...]

`update` writes what is to be translated into every catalogue of these languages (all, if none is given), keeps what is
translated already and drops what nobody says any more; `check` tells what is wrong with them, as the tests do.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import write_po

from tests.support.texts import Bundle, bundles, offences, read
from wattlink.base.languages import LANGUAGES, catalogue_file


def main(what: str, languages: list[str]) -> int:
    """Do it for these languages; how many catalogues have something wrong with them."""
    wrong = 0
    for language in languages or LANGUAGES:
        for bundle in bundles():
            file = Path(str(catalogue_file(bundle.package, language)))
            if what == "update":
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(_updated(bundle, language))
            found = list(offences(bundle, language))
            wrong += bool(found)
            for offence in found:
                print(f"{file}: {offence}")  # noqa: T201
    return wrong


def _updated(bundle: Bundle, language: str) -> bytes:
    old, new = read(bundle, language), Catalog(locale=language)
    for message in bundle.messages:
        known = None if old is None else old.get(message)
        new.add(message, "" if known is None else known.string, flags=["fuzzy"] if known and known.fuzzy else [])
        if not bundle.is_filled_in:
            new[message].flags.discard("python-format")
    written = io.BytesIO()
    write_po(written, new, omit_header=True, sort_output=True, width=0)
    header = ['msgid ""', 'msgstr ""', f'"Language: {language}\\n"', '"Content-Type: text/plain; charset=utf-8\\n"']
    if bundle.has_plurals:
        forms = get_plural(language)
        header.append(f'"Plural-Forms: nplurals={forms[0]}; plural={forms[1]};\\n"')
    return ("\n".join(header) + "\n\n").encode() + written.getvalue().strip() + b"\n"


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1], sys.argv[2:]) else 0)
