"""What is said above a sign-in form that was filled in wrongly, of a password or of a key."""

import msgspec

from wattlink.link.texts.words import N_


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What is said above a form that was filled in wrongly; `again` is the link to the field."""

    title: str
    text: str
    again: str


WRONG_PASSWORD = Refused(
    title=N_("That did not match"),
    text=N_("%(brand)s does not know this user name with this password."),
    again=N_("Type the password again"),
)
WRONG_KEY = Refused(
    title=N_("That did not match"),
    text=N_("%(brand)s does not know this site ID with this API key."),
    again=N_("Type the API key again"),
)
