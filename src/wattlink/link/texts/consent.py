"""What a person agrees to: what the app may see and do, what it may not, and what becomes of a password."""

from collections.abc import Mapping

import msgspec

from wattlink.base.languages import translations
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import Manifest, SignIn, package_of
from wattlink.domain.linking.model import LinkSession
from wattlink.link.texts.languages import Language
from wattlink.link.texts.words import N_, NEVER, SCOPES, kind_name

_CUSTODY: Mapping[str, str] = {
    "never_seen": N_("You sign in on %(brand)s's own site. We never see your password."),
    "used_once": N_("Your password goes to %(brand)s once, to sign you in. Then we forget it."),
    "kept": N_("%(brand)s offers no other way than your password: we keep it encrypted and use it for nothing else."),
    "key_kept": N_("%(brand)s lets you make a key for this: we keep it encrypted and use it for nothing else."),
}


class OfKind(msgspec.Struct, frozen=True):
    """What the app may do with one kind of devices; the only kind needs no heading."""

    heading: str | None
    may: list[str]


class Consent(msgspec.Struct, frozen=True):
    """The sentences of the review."""

    groups: list[OfKind]
    may_not: list[str]


def consent(session: LinkSession, manifest: Manifest, language: Language) -> Consent:
    """What this session's app gets from this vendor; of what the vendor offers, only what was asked for."""
    kinds = [kind for kind in Kind if kind in manifest.kinds and kind in session.kinds]
    offered = [scope for kind in kinds for scope in manifest.scopes if scope.partition(":")[0] == kind]
    may = [scope for scope in offered if scope in session.scopes]
    never = [NEVER[kind] for kind in kinds]
    may_not = [SCOPES[scope] for scope in offered if scope not in session.scopes] + never
    return Consent(
        groups=[
            OfKind(
                kind_name(kind, language) if len(kinds) > 1 else None,
                [language.say(SCOPES[scope]) for scope in may if scope.partition(":")[0] == kind],
            )
            for kind in kinds
        ],
        may_not=[*(language.say(sentence) for sentence in may_not), *_account(manifest, language)],
    )


def _account(manifest: Manifest, language: Language) -> list[str]:
    """What stays the person's where there is an account at all."""
    if manifest.dials_in:
        return []
    return [language.say("Change your %(brand)s account or its password", brand=manifest.name)]


def custody(sign_in: SignIn, name: str, language: Language) -> str:
    """What becomes of the password."""
    return language.say(_CUSTODY[sign_in.custody], brand=name)


def where_found(sign_in: SignIn, manifest: Manifest, language: Language) -> list[str]:
    """The way to what is to be typed, in the vendor's own portal."""
    texts = translations(package_of(manifest.vendor), language.tag)
    return [texts.gettext(step) for step in sign_in.steps]
