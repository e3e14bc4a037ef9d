"""Delete an application that nobody uses any more."""

from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.errors import StillInUse
from wattlink.domain.leaving.remove_registration import remove_registration
from wattlink.domain.linking import store as linking
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.keys import store as keys
from wattlink.domain.users import store as users
from wattlink.domain.vendors import store as vendors
from wattlink.domain.webhooks import store as webhooks
from wattlink.domain.webhooks.erasing.erase import lock_cursors


async def delete_application(tx: Transaction, access: Access) -> None:
    """Its keys, webhooks and registrations go with it; raises StillInUse while it has users.

    Users leave one by one, since each has accesses at vendors that must be withdrawn.
    """
    application = await organizations.lock_application(tx, access)  # no user, session or webhook is added meanwhile
    if number := await users.count(tx, access):
        raise StillInUse(f"the application has {number} users: delete them first, so that vendors hear of it")
    await linking.delete_of_application(tx, application.application_id)
    await lock_cursors(tx, access)
    for subscription_id in await webhooks.ids_of_application(tx, application.application_id):
        await webhooks.delete(tx, subscription_id)
    for registration in await vendors.own(tx, access):
        await remove_registration(tx, registration.vendor, registration.application_id)
    await keys.delete_of_application(tx, application.application_id)
    await organizations.delete_application(tx, application.application_id)
