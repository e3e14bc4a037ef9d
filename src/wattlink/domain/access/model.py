"""The caller's reach: a required parameter of every store function that takes an id from outside."""

import msgspec

from wattlink.domain.access.ids import ApplicationId, KeyId, OperatorTokenId, OrganizationId, UserId
from wattlink.domain.errors import NotFound, NotPermitted


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller may touch.

    `applications` within reach, the first its own; `only_user` limits it to one user's data; `actor` is the key or the
    operator's token that acts, None for the server itself; `operates` is the organization that an operator
    administers, None for an application.
    """

    applications: tuple[ApplicationId, ...]
    only_user: UserId | None = None
    actor: KeyId | OperatorTokenId | None = None
    operates: OrganizationId | None = None

    @property
    def application_id(self) -> ApplicationId:
        """The application in whose name new rows are made."""
        return self.applications[0]

    @property
    def organization_id(self) -> OrganizationId:
        """The organization whose administration is within reach; raises NotPermitted."""
        if self.operates is None:
            raise NotPermitted("administration takes an operator's token, not an application's")
        return self.operates

    def within(self, application_id: ApplicationId) -> "Access":
        """The same caller, limited to one application; raises NotFound where it is out of reach."""
        if application_id not in self.applications:
            raise NotFound("application", application_id)
        return msgspec.structs.replace(self, applications=(application_id,))
