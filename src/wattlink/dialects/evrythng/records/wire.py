"""Records as they are sent and as we are sent them: what is left out stays, what is null goes.

What a client sends of what only we say, such as ids and times, is passed over: clients send back what they read.
"""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.wire import Answer, Payload, Scopes

Text = Annotated[str, msgspec.Meta(max_length=4096)] | None | UnsetType
Id = Annotated[str, msgspec.Meta(min_length=24, max_length=24)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Tags = Annotated[list[Tag], msgspec.Meta(max_length=60)] | None | UnsetType
Fields = dict[str, Any] | None | UnsetType
Identifiers = dict[str, str] | None | UnsetType
ReadOnly = Any  # sent back by clients as they read it
Milliseconds = Annotated[int, msgspec.Meta(ge=0)]


class ScopesPayload(Payload):
    """Where a record is seen; `all` is every user of the projects."""

    users: list[str] | UnsetType = UNSET
    projects: list[str] | UnsetType = UNSET


class RecordPayload(Payload):
    """What can be said of every record, and what is passed over."""

    id: ReadOnly = UNSET
    created_at: ReadOnly = UNSET
    updated_at: ReadOnly = UNSET
    tags: Tags = UNSET
    custom_fields: Fields = UNSET
    scopes: ScopesPayload | UnsetType | None = UNSET


class ThngPayload(RecordPayload):
    """A thng, of which at first only the name is needed."""

    name: Text = UNSET
    description: Text = UNSET
    identifiers: Identifiers = UNSET
    product: Text = UNSET
    location: Fields = UNSET
    activated_at: ReadOnly = UNSET
    properties: ReadOnly = UNSET


class ProductPayload(RecordPayload):
    """A product, of which at first only the name is needed."""

    name: Text = UNSET
    description: Text = UNSET
    identifiers: Identifiers = UNSET
    brand: Text = UNSET
    categories: list[str] | UnsetType | None = UNSET
    photos: list[str] | UnsetType | None = UNSET
    type: Text = UNSET
    url: Text = UNSET
    activated_at: ReadOnly = UNSET
    properties: ReadOnly = UNSET
    fn: ReadOnly = UNSET


class ActionTypePayload(RecordPayload):
    """A type of actions, whose name begins with an underscore."""

    name: Text = UNSET
    description: Text = UNSET


class ActionPayload(RecordPayload):
    """What was done, and with what; the time is now unless it is given."""

    type: Text = UNSET
    thng: Text = UNSET
    product: Text = UNSET
    user: Text = UNSET
    timestamp: Milliseconds | UnsetType | None = UNSET
    identifiers: Identifiers = UNSET
    location: Fields = UNSET
    location_source: Text = UNSET
    context: Fields = UNSET
    created_by: ReadOnly = UNSET
    created_by_app: ReadOnly = UNSET
    created_by_project: ReadOnly = UNSET


class RecordDocument(Answer, kw_only=True):
    """What is shown of every record; what wasn't said of it is left out."""

    id: Id | UnsetType = UNSET
    created_at: Milliseconds | UnsetType = UNSET
    updated_at: Milliseconds | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET


class ThngDocument(RecordDocument, kw_only=True):
    """A thng; of a linked device `properties` are its latest state."""

    name: str
    description: str | UnsetType = UNSET
    identifiers: dict[str, str] | UnsetType = UNSET
    product: Id | UnsetType = UNSET
    location: dict[str, Any] | UnsetType = UNSET
    properties: dict[str, Any]


class ProductDocument(RecordDocument, kw_only=True):
    """A product; `fn` is its name once more, as old clients read it."""

    name: str
    fn: str
    description: str | UnsetType = UNSET
    identifiers: dict[str, str] | UnsetType = UNSET
    brand: str | UnsetType = UNSET
    categories: list[str] | UnsetType = UNSET
    photos: list[str] | UnsetType = UNSET
    type: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    properties: dict[str, Any]


class ActionTypeDocument(RecordDocument, kw_only=True):
    """A type of actions; the predefined ones are only names."""

    name: str
    description: str | UnsetType = UNSET


class ActionDocument(RecordDocument, kw_only=True):
    """An action, and who made it: a user, an application's server, an operator."""

    type: str
    timestamp: Milliseconds
    thng: Id | UnsetType = UNSET
    product: Id | UnsetType = UNSET
    user: Id | UnsetType = UNSET
    created_by: Id | UnsetType = UNSET
    created_by_project: Id | UnsetType = UNSET
    created_by_app: Id | UnsetType = UNSET
    identifiers: dict[str, str] | UnsetType = UNSET
    location: dict[str, Any] | UnsetType = UNSET
    location_source: str | UnsetType = UNSET
    context: dict[str, Any] | UnsetType = UNSET
