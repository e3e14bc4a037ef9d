-- What partners say of their users, and where these live: roles, addresses, buildings, energy contracts.

ALTER TABLE app_user
    ADD COLUMN rank text NOT NULL DEFAULT 'user' CHECK (rank IN ('admin', 'staff', 'user')),
    ADD COLUMN address jsonb NOT NULL DEFAULT '{}';

CREATE TABLE deleted_user (                           -- that somebody was there, and nothing about whom
    user_id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz NOT NULL
);
CREATE INDEX deleted_user_of_application ON deleted_user (application_id);

CREATE TABLE building (
    building_id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    name text NOT NULL,
    document jsonb NOT NULL DEFAULT '{}',             -- what else is said of it
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX building_of_user ON building (user_id, created_at);
CREATE INDEX building_of_application ON building (application_id);

CREATE TABLE energy_contract (
    contract_id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    building_id uuid REFERENCES building ON DELETE CASCADE,  -- null: of all the user's buildings
    document jsonb NOT NULL,                          -- type, prices, currency, supplier, meter
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX energy_contract_of_user ON energy_contract (user_id, created_at);
CREATE INDEX energy_contract_of_application ON energy_contract (application_id);
CREATE INDEX energy_contract_of_building ON energy_contract (building_id);
