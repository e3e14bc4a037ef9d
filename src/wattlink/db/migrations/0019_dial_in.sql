-- Devices that dial in: who may, over which process, and the tokens by which new ones become a user's.

CREATE TABLE dial_in (                                -- a row: the device may dial in; without one its password is none
    account_id uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    device_id uuid NOT NULL UNIQUE REFERENCES device ON DELETE CASCADE,
    vendor text NOT NULL,
    identity text NOT NULL COLLATE "C",               -- what it calls itself; empty: it dials without a name
    password_digest bytea NOT NULL UNIQUE,            -- of a random secret
    process uuid,                                     -- which has its line, or had it last
    turn bigint NOT NULL DEFAULT 0,                   -- counts its calls: what an older line brings is refused
    seen_at timestamptz NOT NULL,                     -- by its process, to half a minute (application clock)
    silence smallint NOT NULL DEFAULT 0,              -- 0: none, 1: shown as out of reach, 2: its user is asked to look
    introduction jsonb NOT NULL,                      -- what it said of itself when it began last
    memory jsonb NOT NULL                             -- what its connector must know again at the next call
) WITH (fillfactor = 70);
CREATE INDEX dial_in_of_process ON dial_in (process);
CREATE INDEX dial_in_silent ON dial_in (silence, seen_at) WHERE silence < 2;

CREATE TABLE claim_token (                            -- good for one device, which keeps it as its password
    token_digest bytea PRIMARY KEY,
    application_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    vendor text NOT NULL,
    scopes text[] NOT NULL,
    session_id uuid,                                  -- that publishes what is claimed; null: published at once
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    claimed_at timestamptz,
    device_id uuid                                    -- which claimed it; it may be gone since
);
CREATE INDEX claim_token_of_user ON claim_token (user_id);
CREATE INDEX claim_token_by_expiry ON claim_token (expires_at);
