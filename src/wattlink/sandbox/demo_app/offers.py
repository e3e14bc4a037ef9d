"""What the app offers to link: a button each, with what the app wants to see and to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """Something to link; `kind` is None where one sign-in may bring several kinds of devices."""

    label: str
    icon: str
    kind: str | None
    scopes: Sequence[str]


OFFERS: Mapping[str, Offer] = {
    "vehicle": Offer(
        "Link a vehicle",
        "vehicle",
        "vehicle",
        ("vehicle:read:data", "vehicle:read:location", "vehicle:control:charging"),
    ),
    "charger": Offer("Link a charger", "charger", "charger", ("charger:read:data", "charger:control:charging")),
    "hvac": Offer("Link heating or cooling", "hvac", "hvac", ("hvac:read:data", "hvac:control:mode")),
    "home": Offer(
        "Link solar or a battery",
        "inverter",
        None,
        (
            "inverter:read:data",
            "inverter:read:location",
            "battery:read:data",
            "battery:read:location",
            "battery:control:operation_mode",
            "meter:read:data",
            "meter:read:location",
        ),
    ),
}
