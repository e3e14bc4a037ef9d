"""What a person does on a vendor's own sign-in pages: the sandbox's, whose auto-link needs it too."""

from wattlink.sandbox.linking.person import NotLetIn, sign_in

__all__ = ["NotLetIn", "sign_in"]
