"""Row ids by what they identify, so that the type checker tells them apart."""

from typing import NewType
from uuid import UUID

OrganizationId = NewType("OrganizationId", UUID)
ProjectId = NewType("ProjectId", UUID)
ApplicationId = NewType("ApplicationId", UUID)
KeyId = NewType("KeyId", UUID)
OperatorTokenId = NewType("OperatorTokenId", UUID)
UserId = NewType("UserId", UUID)
IdentityServiceId = NewType("IdentityServiceId", UUID)
SignInId = NewType("SignInId", UUID)
RoleId = NewType("RoleId", str)
ShareId = NewType("ShareId", str)
RecordId = NewType("RecordId", UUID)
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
BuildingId = NewType("BuildingId", UUID)
ContractId = NewType("ContractId", UUID)
