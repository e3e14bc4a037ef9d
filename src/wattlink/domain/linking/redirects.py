"""The address of the app when a person is sent back to it: it tells an early exit, or the code to confirm with."""

from urllib.parse import quote

from wattlink.domain.access.ids import DeviceId, SessionId
from wattlink.domain.linking.model import Cause
from wattlink.domain.organizations.redirects import with_query, without_query_key

_SAID = {
    Cause.CANCELLED: "access_denied",
    Cause.CONSENT_REFUSED: "access_denied",
}
_MESSAGES = {
    Cause.WRONG_CREDENTIALS: "The vendor did not accept the user name and password.",
    Cause.ACCOUNT_LOCKED: "The vendor has locked the account.",
    Cause.CODE_WRONG: "The code was wrong.",
    Cause.CODE_EXPIRED: "The code had expired.",
    Cause.CONSENT_REFUSED: "The user did not give consent at the vendor.",
    Cause.PERMISSION_MISSING: "The user left out a permission that is needed.",
    Cause.NO_DEVICES: "The account has no devices.",
    Cause.WRONG_KIND_OF_DEVICE: "The account has no device of the kinds asked for.",
    Cause.ALREADY_LINKED: "The device is linked already.",
    Cause.WRONG_ACCOUNT: "The user signed in to another account than the one to be mended.",
    Cause.VENDOR_DOWN: "The vendor does not answer at the moment.",
    Cause.VENDOR_BUSY: "The vendor takes no more requests at the moment.",
    Cause.VENDOR_REFUSED: "The vendor did not let the sign-in through.",
    Cause.NOT_SUPPORTED: "The vendor is not available here.",
    Cause.SESSION_EXPIRED: "The link session has expired.",
    Cause.SESSION_USED: "The link session was used already.",
    Cause.WRONG_BROWSER: "The link session was opened in another browser.",
    Cause.CANCELLED: "The user cancelled.",
    Cause.WITHDRAWN: "The link session was ended by the app.",
    Cause.INTERRUPTED: "The sign-in was interrupted.",
    Cause.NOT_CONFIRMED: "The app did not confirm the link.",
    Cause.INTERNAL: "Something went wrong on the server.",
}


def with_error(uri: str, cause: Cause) -> str:
    """`uri` with `error` and `error_message` behind its own query, which stays as it is."""
    message = quote(_MESSAGES[cause], safe="")
    return with_query(uri, f"error={_SAID.get(cause, cause.value)}&error_message={message}")


def with_device(uri: str, device_id: DeviceId) -> str:
    """`uri` with `deviceId` behind its own query; one that is there already is replaced."""
    return with_query(without_query_key(uri, "deviceId"), f"deviceId={device_id}")


def with_code(uri: str, session_id: SessionId, code: str) -> str:
    """`uri` with `link_session` and `link_code` behind its own query: what the app confirms with, and nothing else."""
    return with_query(uri, f"link_session={session_id}&link_code={code}")
