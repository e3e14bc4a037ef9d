"""Hand credentials over: from here on they are only good for being withdrawn."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant
from wattlink.connectors.registry import manifests
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId, CredentialId, RegistrationId
from wattlink.domain.accounts.credentials.sealing import seal, subject_hash
from wattlink.domain.accounts.revocations import store
from wattlink.domain.accounts.revocations.store import Leaving

_PATIENCE = timedelta(days=30)


async def lock_logins(tx: Transaction, account_ids: Sequence[AccountId], *, vault: Vault) -> None:
    """Hold these accounts' logins: the first of all locks in whatever may end in handing over."""
    logins = await store.logins(tx, account_ids)
    for login in sorted(subject_hash(login.registration_id, login.subject, vault) for login in logins):
        await store.lock_login(tx, login)


async def hand_over_accounts(tx: Transaction, account_ids: Sequence[AccountId], *, vault: Vault, now: datetime) -> None:
    """Take these accounts' credentials away; their logins and visits must be held already."""
    credentials = await store.leaving(tx, account_ids)
    await store.drop_credentials(tx, [credential.credential_id for credential in credentials])
    await hand_over(tx, credentials, vault=vault, now=now)


async def hand_over_grant(
    tx: Transaction, registration_id: RegistrationId, vendor: str, grant: Grant, *, vault: Vault, now: datetime
) -> None:
    """Withdraw a grant that no account ever held."""
    credential_id = CredentialId(new_id())
    credential = Leaving(
        credential_id=credential_id,
        generation=1,
        sealed=seal(grant.credential, credential_id, vault),
        registration_id=registration_id,
        vendor=vendor,
        subject=grant.subject,
    )
    await hand_over(tx, [credential], vault=vault, now=now)


async def hand_over(tx: Transaction, credentials: Sequence[Leaving], *, vault: Vault, now: datetime) -> None:
    """Make each a revocation; or destroy it, where withdrawing it would end the grant of a live account too."""
    hashed = [
        (subject_hash(credential.registration_id, credential.subject, vault), credential) for credential in credentials
    ]
    for login, credential in sorted(hashed, key=lambda pair: pair[0]):
        await store.lock_login(tx, login)
        ends_grant = manifests()[credential.vendor].sign_in.revoking_ends == "grant"
        if ends_grant and await store.is_held(tx, credential.registration_id, credential.subject):
            continue
        await store.insert(tx, credential, subject_hash=login, now=now, give_up_at=now + _PATIENCE)
