"""What can be told of a vendor's folder without serving anything."""

from itertools import chain

import pytest

from tests.conformance.world import every_vendor
from tests.support.clock import StillClock
from wattlink.connectors.conformance import manifest_offences, simulator_offences, text_offences
from wattlink.connectors.registry import clouds, manifest_of

_ENODE_NAMES = {
    "vehicle": "ACURA AUDI BMW HONDA HYUNDAI JAGUAR LANDROVER KIA MERCEDES MINI NISSAN PEUGEOT PORSCHE RENAULT SEAT "
    "SKODA TESLA VOLKSWAGEN VOLVO FORD OPEL DS TOYOTA LEXUS CITROEN CUPRA VAUXHALL FIAT RIVIAN NIO CHEVROLET GMC "
    "CADILLAC XPENG POLESTAR SUBARU JEEP MAZDA MG CHRYSLER DODGE RAM ALFAROMEO LANCIA LUCID BYD DACIA ALPINE",
    "charger": "ZAPTEC EASEE WALLBOX EO CHARGEAMPS EVBOX GOE CHARGEPOINT ENELX TESLA OHME GARO SCHNEIDER PODPOINT "
    "KEBA HYPERVOLT MYENERGI HEIDELBERG ALFEN",
    "hvac": "TADO MILL ADAX ECOBEE SENSIBO HONEYWELL RESIDEO MITSUBISHI MICROMATIC NIBE PANASONIC TOSHIBA DAIKIN "
    "NEST FUJITSU BOSCH NETATMO",
    "inverter": "AFORE APSYSTEMS CSISolar Deye ENPHASE FOXESS FRONIUS GIVENERGY GOODWE GROWATT Hoymiles HUAWEI INVT "
    "SMA SOFAR SOLAREDGE SOLARK SOLAX SOLIS SOLPLANET SUNGROW SUNSYNK TESLA TSUN",
    "battery": "TESLA ENPHASE GIVENERGY HUAWEI SOLAREDGE SMA FOXESS SOLAX SOLIS",
    "meter": "ENPHASE GIVENERGY HUAWEI TESLA SMA SOLAREDGE FOXESS SOLAX SOLIS",
}


@every_vendor
def test_the_manifest_agrees_with_itself_and_with_the_connector(vendor: str) -> None:
    assert manifest_of(vendor).vendor == vendor
    assert list(manifest_offences(manifest_of(vendor))) == []


@every_vendor
def test_its_names_are_among_those_that_apps_know(vendor: str) -> None:
    names = manifest_of(vendor).names["enode"]
    assert [name for kind, name in names.items() if name not in _ENODE_NAMES[kind].split()] == []


@every_vendor
@pytest.mark.parametrize("language", ["de", "fr", "nb"])
def test_its_texts_are_translated(vendor: str, language: str) -> None:
    assert list(text_offences(manifest_of(vendor), language)) == []


def test_interventions_have_ids_of_their_own() -> None:
    ids = [entry.id for entry in chain.from_iterable(manifest.interventions for manifest in clouds().values())]
    assert len(set(ids)) == len(ids)


@every_vendor
def test_the_simulator_is_pure_and_its_accounts_are_whole(vendor: str) -> None:
    assert list(simulator_offences(vendor, StillClock()())) == []
