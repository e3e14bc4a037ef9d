"""What somebody must do before a device or an account works again, for whoever has only its id."""

from litestar import Response, route
from litestar.params import FromPath

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.domain.interventions import catalogue
from wattlink.link.brands import brand
from wattlink.link.browser import AnyRequest
from wattlink.link.public.markdown import rendered
from wattlink.link.public.site import Site
from wattlink.link.public.words import facts
from wattlink.link.texts.words import kind_name

_KEEP_FOR = 3600  # seconds: they change with a release


@route("/{intervention_id:str}", http_method=["GET", "HEAD"])
async def shown(request: AnyRequest, site: Site, intervention_id: FromPath[str]) -> Response[str]:
    """An entry of the catalogue."""
    view = site.view(request)
    language = view.language
    found = catalogue.entry(intervention_id, language.tag)
    kind = found.entry.kind
    return view.page(
        "public/intervention.html",
        keep_for=_KEEP_FOR,
        title=found.title,
        description=rendered(found.description),
        brand=None if found.vendor is None else brand(manifests()[found.vendor], tuple(Kind), language),
        kind=None if kind is None else kind_name(kind, language),
        facts=facts(found.entry, language),
        by_linking=found.entry.action == "Link",
    )
