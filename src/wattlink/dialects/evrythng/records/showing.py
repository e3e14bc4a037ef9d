"""Between records and documents: ids are UUIDs on one side and EVRYTHNG's on the other."""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET

from wattlink.dialects.evrythng.ids import id_of, uuid_of
from wattlink.dialects.evrythng.records.wire import (
    ActionDocument,
    ActionTypeDocument,
    ProductDocument,
    RecordDocument,
    RecordPayload,
    ThngDocument,
)
from wattlink.dialects.evrythng.wire import Scopes as ScopesShown
from wattlink.dialects.evrythng.wire import milliseconds
from wattlink.domain.access.ids import ProjectId, UserId
from wattlink.domain.records.model import NewRecord, Record, RecordChanges, RecordKind, Scopes

Shown = TypeVar("Shown", bound=RecordDocument)
REFERENCES = ("product", "thng", "user")  # fields that hold an id
_ALL = ("all", "allU")
_PASSED_OVER = (
    "scopes",
    "id",
    "createdAt",
    "updatedAt",
    "activatedAt",
    "properties",
    "fn",
    "createdBy",
    "createdByApp",
    "createdByProject",
)


def thng_of(record: Record, *, with_scopes: bool) -> ThngDocument:
    """A thng as it is shown."""
    return _shown(record, ThngDocument, with_scopes=with_scopes, properties={})


def product_of(record: Record, *, with_scopes: bool) -> ProductDocument:
    """A product as it is shown."""
    return _shown(record, ProductDocument, with_scopes=with_scopes, fn=record.name, properties={})


def action_type_of(record: Record, *, with_scopes: bool) -> ActionTypeDocument:
    """A type of actions as it is shown."""
    return _shown(record, ActionTypeDocument, with_scopes=with_scopes)


def action_of(record: Record, *, with_scopes: bool, with_context: bool = False) -> ActionDocument:
    """An action as it is shown; a context, be it empty, only to those who ask for it."""
    makers = {
        "createdBy": record.created_by,
        "createdByApp": record.application_id,
        "createdByProject": record.projects[0] if record.application_id and record.projects else None,
    }
    made = {name: id_of(row_id) for name, row_id in makers.items() if row_id is not None}
    context = record.document.get("context", {}) if with_context else UNSET
    return msgspec.structs.replace(_shown(record, ActionDocument, with_scopes=with_scopes, **made), context=context)


def new_of(kind: RecordKind, payload: RecordPayload, project_id: UUID | None = None) -> NewRecord:
    """What a client wants to have kept."""
    scopes = None
    if isinstance(payload.scopes, msgspec.Struct):
        changes = changes_of(payload)
        scopes = Scopes(
            projects=() if changes.projects is UNSET else changes.projects,
            users=() if changes.users is UNSET else changes.users,
            is_for_all_users=changes.is_for_all_users is True,
        )
    within = None if project_id is None else ProjectId(project_id)
    return NewRecord(kind=kind, document=_document(payload), scopes=scopes, project_id=within)


def changes_of(payload: RecordPayload) -> RecordChanges:
    """What a client wants to have changed; raises NotFound for what can't be an id."""
    changes = RecordChanges(document=_document(payload))
    if payload.scopes is UNSET or payload.scopes is None:
        return changes
    users, projects = payload.scopes.users, payload.scopes.projects
    if users is not UNSET:
        named = dict.fromkeys(UserId(uuid_of("user", one)) for one in users if one not in _ALL)
        changes = msgspec.structs.replace(
            changes, users=tuple(named), is_for_all_users=any(one in _ALL for one in users)
        )
    if projects is not UNSET:
        ids = dict.fromkeys(ProjectId(uuid_of("project", one)) for one in projects)
        changes = msgspec.structs.replace(changes, projects=tuple(ids))
    return changes


def scopes_of(scopes: Scopes) -> ScopesShown:
    """Scopes as they are shown."""
    users = [id_of(user_id) for user_id in scopes.users]
    return ScopesShown(
        users=[*users, *(["all"] if scopes.is_for_all_users else [])],
        projects=[id_of(project_id) for project_id in scopes.projects],
    )


def _document(payload: RecordPayload) -> dict[str, Any]:
    said = msgspec.to_builtins(payload)
    for field in _PASSED_OVER:
        said.pop(field, None)
    for field in REFERENCES:
        if said.get(field) is not None:
            said[field] = str(uuid_of(field, said[field]))
    return dict(said)


def _shown(record: Record, shape: type[Shown], *, with_scopes: bool, **more: Any) -> Shown:
    references = {field: id_of(UUID(record.document[field])) for field in REFERENCES if field in record.document}
    times = {"createdAt": milliseconds(record.created_at), "updatedAt": milliseconds(record.updated_at)}
    said = {**record.document, **references, **times, **more, "id": id_of(record.record_id)}
    shown = msgspec.convert(said, shape)
    return msgspec.structs.replace(shown, scopes=scopes_of(record.scopes)) if with_scopes else shown
