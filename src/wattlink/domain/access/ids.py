"""Row ids by what they identify, so that the type checker tells them apart."""

from typing import NewType
from uuid import UUID

OrganizationId = NewType("OrganizationId", UUID)
ApplicationId = NewType("ApplicationId", UUID)
KeyId = NewType("KeyId", UUID)
OperatorTokenId = NewType("OperatorTokenId", UUID)
UserId = NewType("UserId", UUID)
RegistrationId = NewType("RegistrationId", UUID)
AccountId = NewType("AccountId", UUID)
CredentialId = NewType("CredentialId", UUID)
DeviceId = NewType("DeviceId", UUID)
LocationId = NewType("LocationId", UUID)
SessionId = NewType("SessionId", UUID)
EventId = NewType("EventId", UUID)
SubscriptionId = NewType("SubscriptionId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
CommandId = NewType("CommandId", UUID)
