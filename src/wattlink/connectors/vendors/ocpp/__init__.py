"""OCPP: chargers of any brand that dial in."""
