"""What a user's own key may ask for: it is in hands that the application doesn't know.

Whoever has it may send the link to somebody else, whose devices would be theirs (T1 of our threat model). Where the
application wants to confirm who came back, no user's key does without, and the code goes only where an operator said.
"""

from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotPermitted
from wattlink.domain.organizations.model import LinkBinding, StoredApplication


def check_own(access: Access, application: StoredApplication, binding: LinkBinding | None) -> None:
    """Raise NotPermitted for a session that only the application's server may begin."""
    if access.caller is None or application.link_binding is not LinkBinding.CONFIRM:
        return
    if binding is LinkBinding.BROWSER:
        raise NotPermitted("the application confirms its link sessions: only its server begins one without")
    if not application.redirect_uris:
        raise NotPermitted("where link sessions are confirmed, users begin them once an operator lists redirect URIs")
