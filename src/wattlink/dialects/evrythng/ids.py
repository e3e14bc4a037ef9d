"""Ids as EVRYTHNG writes them: `U` and 23 digits of an alphabet without the letters that people mistake.

The same 128 bits as everywhere, so nothing has to be looked up: 50 digits in 23 places hold them.
"""

from uuid import UUID

from wattlink.domain.errors import NotFound

ALPHABET = "abcdefghkmnpqrstwxyABCDEFGHKMNPQRSTUVWXY0123456789"

_PREFIX = "U"
_DIGITS = 23
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_END = 1 << 128


def id_of(row_id: UUID) -> str:
    """An id to be shown."""
    number, digits = row_id.int, ""
    for _ in range(_DIGITS):
        number, value = divmod(number, len(ALPHABET))
        digits = ALPHABET[value] + digits
    return _PREFIX + digits


def uuid_of(what: str, text: str) -> UUID:
    """An id of something as it was sent; raises NotFound for what can't be one."""
    digits = text.removeprefix(_PREFIX)
    if len(text) != 1 + _DIGITS or len(digits) != _DIGITS or not set(digits) <= _VALUES.keys():
        raise NotFound(what, text)
    number = 0
    for letter in digits:
        number = number * len(ALPHABET) + _VALUES[letter]
    if number >= _END:
        raise NotFound(what, text)
    return UUID(int=number)
