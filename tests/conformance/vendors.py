"""What the conformance tests share: every vendor there is, and an account at it."""

import pytest

from tests.support.linking import Login
from wattlink.connectors.errors import ConnectorError
from wattlink.connectors.registry import manifests

every_vendor = pytest.mark.parametrize("vendor", list(manifests()))

LOGIN = Login("somebody@example.com", "the-right-password")

ENODE_NAMES = {
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


def says(error: ConnectorError) -> str:
    """All that could get into a log of an error and of what led to it."""
    chain: BaseException | None = error
    told = []
    while chain is not None:
        told += [str(chain), repr(chain)]
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    return " ".join(told)
