"""What each cause says: what happened, whose turn it is, one thing to do.

A vendor's fault never sounds like the person's.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from wattlink.domain.linking.model import Cause
from wattlink.link.texts.words import N_


class Action(StrEnum):
    """The one obvious thing to do."""

    AGAIN = "again"
    BACK = "back"


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A page's texts, with `%(app)s` and `%(brand)s` in them."""

    title: str
    what: str
    turn: str
    action: Action = Action.BACK
    label: str = N_("Try again")
    drawing: str = "info"
    is_bad: bool = False


WRONG_KEYS = Failure(
    title=N_("That did not match"),
    what=N_("%(brand)s did not accept the site ID and API key, several times in a row."),
    turn=N_("Check them with %(brand)s or make a new key there. Then start again from %(app)s."),
    is_bad=True,
)
"""Instead of `WRONG_CREDENTIALS` below, where a key was asked for."""

FAILURES: Mapping[Cause, Failure] = {
    Cause.WRONG_CREDENTIALS: Failure(
        title=N_("That did not match"),
        what=N_("%(brand)s did not accept the user name and password, several times in a row."),
        turn=N_("Check them with %(brand)s or set a new password there. Then start again from %(app)s."),
        is_bad=True,
    ),
    Cause.ACCOUNT_LOCKED: Failure(
        title=N_("%(brand)s has locked this account"),
        what=N_("Brands do this to protect you, mostly after several wrong passwords. Nothing was linked."),
        turn=N_("Unlock it with %(brand)s, or wait as long as they ask. Then try again here."),
        action=Action.AGAIN,
        drawing="lock",
    ),
    Cause.CODE_WRONG: Failure(
        title=N_("That was not the code"),
        what=N_("%(brand)s did not accept the code that you typed."),
        turn=N_("Look at the newest message from %(brand)s and try again."),
        action=Action.AGAIN,
        is_bad=True,
    ),
    Cause.CODE_EXPIRED: Failure(
        title=N_("The code has expired"),
        what=N_("Codes from %(brand)s are good for a short time only."),
        turn=N_("Sign in again, and %(brand)s sends you a new one."),
        action=Action.AGAIN,
        label=N_("Sign in again"),
        drawing="wait",
    ),
    Cause.CONSENT_REFUSED: Failure(
        title=N_("You did not agree at %(brand)s"),
        what=N_("%(brand)s told us that you declined. Nothing was linked, and %(app)s sees nothing."),
        turn=N_("If you changed your mind, sign in again and agree there."),
        action=Action.AGAIN,
        label=N_("Sign in again"),
    ),
    Cause.PERMISSION_MISSING: Failure(
        title=N_("A permission was left out"),
        what=N_("You signed in at %(brand)s, but without the permission to see your devices %(app)s can't work."),
        turn=N_("Sign in again and leave the boxes on %(brand)s's page ticked."),
        action=Action.AGAIN,
        label=N_("Sign in again"),
    ),
    Cause.NO_DEVICES: Failure(
        title="",  # of the kinds that were looked for: see `words.none`
        what=N_("The sign-in at %(brand)s worked, but nothing was found there. Our access has been withdrawn again."),
        turn=N_("Do you have another account at %(brand)s? Then sign in with that one."),
        action=Action.AGAIN,
        label=N_("Use another account"),
        drawing="search",
    ),
    Cause.WRONG_KIND_OF_DEVICE: Failure(
        title="",
        what=N_("Your %(brand)s account holds nothing of what %(app)s asked for. Our access has been withdrawn again."),
        turn=N_("Do you have another account at %(brand)s, or is it another brand? Then choose that one."),
        action=Action.AGAIN,
        label=N_("Use another account"),
        drawing="search",
    ),
    Cause.ALREADY_LINKED: Failure(
        title=N_("Everything works already"),
        what=N_("Your link to %(brand)s is in order: there is nothing to mend."),
        turn=N_("You can go back to %(app)s."),
        drawing="check",
    ),
    Cause.WRONG_ACCOUNT: Failure(
        title=N_("That is another account"),
        what=N_(
            "You signed in to a different %(brand)s account than the one that %(app)s knows. "
            "Nothing has changed, and our access to it has been withdrawn again."
        ),
        turn=N_(
            "Sign in with the account that you linked first. To add the other one as well, start from %(app)s instead."
        ),
        action=Action.AGAIN,
        label=N_("Sign in with the first account"),
    ),
    Cause.VENDOR_DOWN: Failure(
        title=N_("%(brand)s does not answer"),
        what=N_("%(brand)s's service has trouble at the moment. That has nothing to do with you or your account."),
        turn=N_("Wait a few minutes, then try again. You can also come back later: this page keeps for a day."),
        action=Action.AGAIN,
        drawing="wait",
    ),
    Cause.VENDOR_BUSY: Failure(
        title=N_("%(brand)s is very busy"),
        what=N_("%(brand)s takes no more requests from us for the moment. That has nothing to do with you."),
        turn=N_("Wait a few minutes, then try again. You can also come back later: this page keeps for a day."),
        action=Action.AGAIN,
        drawing="wait",
    ),
    Cause.VENDOR_REFUSED: Failure(
        title=N_("%(brand)s did not let the sign-in through"),
        what=N_(
            "%(brand)s said no, or something else than expected, before it came to your account. You did nothing wrong."
        ),
        turn=N_(
            "Wait a few minutes, then try again. If it stays, %(app)s has to sort it out with %(brand)s: "
            "please tell them the reference below."
        ),
        action=Action.AGAIN,
        drawing="wait",
    ),
    Cause.NOT_SUPPORTED: Failure(
        title=N_("This brand can't be linked here"),
        what=N_("%(app)s asked for a brand that is not available for your device."),
        turn=N_("It is %(app)s's turn. Please tell them the reference below."),
    ),
    Cause.SESSION_EXPIRED: Failure(
        title=N_("This link has expired"),
        what=N_("For your safety a link like this one works for a limited time only. Nothing was linked."),
        turn=N_("Go back to %(app)s and start again: you get a new one at once."),
        drawing="wait",
    ),
    Cause.SESSION_USED: Failure(
        title=N_("This link was used already"),
        what=N_("A link like this one works once. What came of it is in %(app)s."),
        turn=N_("To link something else, start again from %(app)s."),
        drawing="check",
    ),
    Cause.WRONG_BROWSER: Failure(
        title=N_("Opened in another browser"),
        what=N_(
            "This link belongs to the browser or app in which it was opened first. For your safety it works "
            "nowhere else, nor in a browser that keeps no cookies."
        ),
        turn=N_("Go on in the first one, or start again from %(app)s."),
        drawing="lock",
    ),
    Cause.CANCELLED: Failure(
        title=N_("You cancelled"),
        what=N_("Nothing was linked, and %(app)s sees nothing."),
        turn=N_("You can start again from %(app)s at any time."),
    ),
    Cause.WITHDRAWN: Failure(
        title=N_("%(app)s has ended this"),
        what=N_("While you were here, %(app)s withdrew this link. Nothing was linked with it."),
        turn=N_("To link your devices again, start from %(app)s."),
    ),
    Cause.INTERRUPTED: Failure(
        title=N_("The sign-in was interrupted"),
        what=N_("We did not get %(brand)s's answer in full. Nothing was linked."),
        turn=N_("Please sign in once more."),
        action=Action.AGAIN,
        label=N_("Sign in again"),
    ),
    Cause.NOT_CONFIRMED: Failure(
        title=N_("%(app)s did not confirm this"),
        what=N_("%(app)s had to confirm that this was you, and did not. Nothing was linked."),
        turn=N_("Go back to %(app)s and start again from there."),
    ),
    Cause.INTERNAL: Failure(
        title=N_("Something went wrong here"),
        what=N_("The fault is ours, not yours. Nothing was linked by it."),
        turn=N_("Please try again in a while. If it stays, tell support the reference below."),
        is_bad=True,
    ),
}

UNKNOWN = Failure(
    title=N_("There is nothing here"),
    what=N_("This link is incomplete, or it ended some time ago."),
    turn=N_("Go back to the app that you came from, and start again there."),
    drawing="search",
)
"""An address that leads to no session; which app it belongs to nobody knows."""

BROKEN = Failure(
    title=N_("Something went wrong here"),
    what=N_("The fault is ours, not yours. Nothing was linked by it."),
    turn=N_("Load this page again in a moment, or go back to the app that you came from."),
    is_bad=True,
)
"""An error of ours, before it is known whose page it was."""
