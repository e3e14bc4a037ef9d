"""Enode's names of vendors, as the manifests tell them."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated

import msgspec

from wattlink.connectors import registry
from wattlink.connectors.devices import Kind
from wattlink.dialects.enode import DIALECT
from wattlink.web.bodies import one_of


@cache
def _names() -> Mapping[str, Mapping[Kind, str]]:
    """Our vendors, each with its names here; a vendor without any isn't shown in this dialect."""
    manifests = registry.manifests().items()
    return {vendor: manifest.names[DIALECT] for vendor, manifest in manifests if manifest.names.get(DIALECT)}


def name_of(vendor: str, kind: Kind | None = None) -> str:
    """How a vendor of ours is called here; where it has no name for the kind, by its first one."""
    names = _names().get(vendor, {})
    if kind is not None and kind in names:
        return names[kind]
    return next(iter(names.values()), vendor.upper())


def vendors_named(name: str, kind: Kind | None = None) -> list[str]:
    """Our vendors of this name, with devices of this kind where one is given."""
    return [vendor for vendor, names in _names().items() if name in _of_kind(names, kind)]


def names_of(kind: Kind | None = None) -> tuple[str, ...]:
    """Every vendor's name here, of this kind where one is given."""
    return tuple(sorted({name for names in _names().values() for name in _of_kind(names, kind)}))


def linkable_names(kind: Kind | None = None) -> tuple[str, ...]:
    """Those of vendors that can be linked here: Enode's clients know none that devices dial in to."""
    found = (names for vendor, names in _names().items() if vendor in registry.clouds())
    return tuple(sorted({name for names in found for name in _of_kind(names, kind)}))


def names_by_kind(vendor: str) -> Mapping[str, frozenset[Kind]]:
    """A vendor's names here, mostly one, each with the kinds that it stands for."""
    names = _names().get(vendor, {})
    return {name: frozenset(kind for kind in names if names[kind] == name) for name in dict.fromkeys(names.values())}


def _of_kind(names: Mapping[Kind, str], kind: Kind | None) -> list[str]:
    return [name for its_kind, name in names.items() if kind in (None, its_kind)]


VendorName = Annotated[str, msgspec.Meta(extra_json_schema=one_of(*names_of()))]
LinkableVendor = Annotated[str, msgspec.Meta(extra_json_schema=one_of(*linkable_names()))]
