"""The index for programs that read: what answers at this server, with full addresses."""

from importlib.resources import files
from string import Template

from litestar import Response, route
from litestar.enums import MediaType

from wattlink.link.public.site import Site

_INDEX = Template(files("wattlink.link.public").joinpath("for_programs.txt").read_text(encoding="utf-8"))
_HEADERS = {"cache-control": "public, max-age=3600", "x-robots-tag": "all"}


@route("/", http_method=["GET", "HEAD"])
async def listed(site: Site) -> Response[str]:
    """The same for everybody, as https://llmstxt.org has it."""
    return Response(_INDEX.substitute(here=site.public_url), media_type=MediaType.TEXT, headers=_HEADERS)
