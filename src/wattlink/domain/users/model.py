"""A user is known to the app by an id of the app's own choosing."""

from datetime import datetime

import msgspec

from wattlink.domain.access.ids import ApplicationId, UserId

MOST_LETTERS = 255  # of an app's own id


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An end user of one application."""

    user_id: UserId
    application_id: ApplicationId
    external_id: str  # the app's own id, 1 to MOST_LETTERS characters
    created_at: datetime
