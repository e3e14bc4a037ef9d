-- Onboarding: a link session that leads to one device, whose id goes back to the app, and elsewhere if it is cancelled.

ALTER TABLE link_session ADD COLUMN cancel_uri text;   -- where an early exit leads, byte for byte; null: as success, with an error

CREATE TABLE onboarding (
    session_id uuid PRIMARY KEY REFERENCES link_session ON DELETE CASCADE,
    device_type text,                                 -- as it was asked for; null: any
    price_zone text,
    is_optimization_active boolean,
    building_id uuid REFERENCES building ON DELETE SET NULL
);
CREATE INDEX onboarding_of_building ON onboarding (building_id);

CREATE TABLE device_preferences (                     -- what a partner says of a device; the device itself isn't told
    device_id uuid PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    building_id uuid REFERENCES building ON DELETE SET NULL,
    document jsonb NOT NULL DEFAULT '{}',
    changed_at timestamptz NOT NULL
);
CREATE INDEX device_preferences_of_building ON device_preferences (building_id);
