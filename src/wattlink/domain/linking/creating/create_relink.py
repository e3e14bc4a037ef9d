"""An app asks for a way to mend the link of a device."""

from datetime import datetime
from enum import StrEnum

from wattlink.base.ids import new_id
from wattlink.connectors.devices import interventions_of
from wattlink.connectors.registry import clouds
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId, SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.accounts.model import Account, AccountState
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import AlreadyLinked, InvalidInput, NotFound
from wattlink.domain.interventions import catalogue
from wattlink.domain.linking.creating.again import keep_one
from wattlink.domain.linking.creating.create import keep
from wattlink.domain.linking.creating.own import check_own
from wattlink.domain.linking.model import LIFE, CreatedSession, LinkSession, NewRelink, Purpose, State
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.model import LinkBinding
from wattlink.domain.organizations.redirects import check_redirect_uri
from wattlink.domain.users import store as users


class Mending(StrEnum):
    """What linking does for a device."""

    SIGN_IN = "sign_in"
    PAIRING = "pairing"


def mending(state: AccountState, device: Device) -> Mending | None:
    """What is to be done for the device of an account in this state.

    None: nothing that linking could mend, as where the device dials in.
    """
    if device.vendor not in clouds():
        return None
    if state in (AccountState.BROKEN, AccountState.DEAUTHORIZED):
        return Mending.SIGN_IN
    missing = [found for found in interventions_of(device.document) if catalogue.has_link_action(found)]
    if missing and all(catalogue.is_pairing(found) for found in missing):
        return Mending.PAIRING
    return Mending.SIGN_IN if missing else None


async def create_relink(
    tx: Transaction, access: Access, device_id: DeviceId, new: NewRelink, *, now: datetime
) -> CreatedSession:
    """A session with the kinds and scopes of the original link, or the open one of the same seed.

    Raises NotFound, AlreadyLinked, InvalidInput, and NotPermitted where a seed was used too often.
    """
    application = await organizations.get_application(tx, access.application_id)
    check_own(access, application, new.binding)
    _check_addresses(new, application.redirect_uris)
    device = await devices.get(tx, access, device_id)
    if not await users.hold(tx, device.user_id):  # deleted at this moment
        raise NotFound("device", device_id)
    account = await accounts.get(tx, device.account_id)
    if mending(account.state, device) is None:
        raise AlreadyLinked("nothing about this device is mended by linking")
    binding = new.binding or application.link_binding
    session = _session(account, device, new, binding=binding, now=now)
    return await keep(tx, session) if new.seed is None else await keep_one(tx, session, new.seed, now=now)


def _session(account: Account, device: Device, new: NewRelink, *, binding: LinkBinding, now: datetime) -> LinkSession:
    return LinkSession(
        session_id=SessionId(new_id()),
        application_id=device.application_id,
        user_id=device.user_id,
        user=device.user,
        state=State.CREATED,
        purpose=Purpose.RELINK,
        relink_account_id=device.account_id,
        relink_device_id=device.device_id,
        vendor=account.vendor,
        vendor_is_fixed=True,
        registration_id=account.registration_id,
        kinds=account.kinds or (device.kind,),
        scopes=account.asked_scopes,
        language=new.language,
        color_scheme=new.color_scheme,
        redirect_uri=new.redirect_uri,
        cancel_uri=new.cancel_uri,
        prefers_form=new.prefers_form,
        binding=binding,
        challenge=new.challenge,
        step_started_at=now,
        created_at=now,
        expires_at=now + LIFE,
    )


def _check_addresses(new: NewRelink, listed: tuple[str, ...]) -> None:
    check_redirect_uri(new.redirect_uri, listed)
    if new.cancel_uri is None:
        return
    try:
        check_redirect_uri(new.cancel_uri, listed)
    except InvalidInput as error:
        raise InvalidInput("cancel_uri", error.problem, allowed=error.allowed) from None
