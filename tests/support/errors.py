"""Every domain error there is, each with odd words that must come through as they are."""

from wattlink.domain import errors

EVERY_ERROR = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.DomainError) and kind is not errors.DomainError
]
_SAID: dict[type[errors.DomainError], tuple[str, ...]] = {
    errors.NotFound: ("user", "x{y}"),
    errors.InvalidInput: ("a[0].b", "is {odd}"),
    errors.NotASandbox: (),
    errors.BoostNotPossible: ("fully_charged", "unavailable"),
}


def example_of(kind: type[errors.DomainError]) -> errors.DomainError:
    """An error of this kind."""
    return kind(*_SAID.get(kind, ("{detail}",)))
