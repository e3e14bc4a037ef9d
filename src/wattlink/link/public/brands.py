"""The list of brands, and what there is to know of each."""

from collections.abc import Iterable

import msgspec
from litestar import Response, route
from litestar.params import FromPath

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds
from wattlink.domain.errors import NotFound
from wattlink.domain.interventions import catalogue
from wattlink.domain.vendors.health.model import Health
from wattlink.link.brands import brand, host, plain
from wattlink.link.browser import AnyRequest
from wattlink.link.public import words
from wattlink.link.public.site import Site
from wattlink.link.public.view import View
from wattlink.link.texts.consent import custody
from wattlink.link.texts.words import kind_name

_KEEP_FOR = 60  # seconds: how a brand does changes


class Listed(msgspec.Struct, frozen=True):
    """An intervention in the list of a brand."""

    title: str
    kinds: str
    address: str


@route("/", http_method=["GET", "HEAD"])
async def listed(request: AnyRequest, site: Site) -> Response[str]:
    """Every brand, alphabetical."""
    view, standing = site.view(request), await site.standing.of_vendors()
    known = sorted(clouds().values(), key=lambda manifest: plain(manifest.name))
    return view.page(
        "public/brands.html",
        keep_for=_KEEP_FOR,
        brands=[brand(manifest, tuple(Kind), view.language) for manifest in known],
        troubled={vendor for vendor, success in standing.items() if success.health is not Health.READY},
    )


@route("/{vendor:str}", http_method=["GET", "HEAD"])
async def shown(request: AnyRequest, site: Site, vendor: FromPath[str]) -> Response[str]:
    """What can be linked of a brand, how one signs in, how it does, and what may need somebody."""
    view, manifest = site.view(request), clouds().get(vendor)
    if manifest is None:
        raise NotFound("brand", vendor)
    language = view.language
    success = (await site.standing.of_vendors()).get(vendor)
    return view.page(
        "public/brand.html",
        keep_for=_KEEP_FOR,
        brand=brand(manifest, tuple(Kind), language),
        manifest=manifest,
        does=None if success is None else words.does(success, manifest, language),
        capabilities=words.capabilities(manifest, language),
        never=words.never(manifest, language),
        way=words.way(manifest, host(manifest, {}), language),
        custody=custody(manifest.sign_in, manifest.name, language),
        countries=words.countries(manifest, language),
        interventions=list(_interventions(vendor, view)),
    )


def _interventions(vendor: str, view: View) -> Iterable[Listed]:
    """The brand's own, then what every brand has."""
    found = [entry for entry in catalogue.entries(view.language.tag) if entry.vendor in (vendor, None)]
    for intervention in sorted(found, key=lambda entry: entry.vendor is None):
        kind = intervention.entry.kind
        kinds = "" if kind is None else kind_name(kind, view.language)
        yield Listed(intervention.title, kinds, view.to(f"/interventions/{intervention.entry.id}"))
