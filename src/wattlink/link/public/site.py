"""What the handlers of the public pages use."""

from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from wattlink.link.browser import AnyRequest
from wattlink.link.public.standing import Standing
from wattlink.link.public.view import View, view_of
from wattlink.link.rendering.renderer import Renderer


@dataclass(frozen=True, kw_only=True)
class PublicPages:
    """Both folders of pages share it."""

    renderer: Renderer
    public_url: str
    standing: Standing

    def view(self, request: AnyRequest) -> View:
        """The page that this request asks for, in its language."""
        return view_of(self.renderer, self.public_url, request)


Site = SkipValidation[NamedDependency[PublicPages]]
"""How a handler asks for it."""
