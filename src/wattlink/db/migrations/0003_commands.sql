-- What devices are told. A command outlives its device, so that its app can still read how it ended.

CREATE TABLE command (
    command_id uuid PRIMARY KEY,
    application_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    account_id uuid NOT NULL,
    device_id uuid NOT NULL,
    vendor text NOT NULL,
    kind text NOT NULL,
    command jsonb NOT NULL,                           -- connectors/commands.py
    state text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'confirmed', 'failed', 'expired', 'cancelled')),
    failure text,                                     -- why it ended otherwise than confirmed
    detail text,
    tries integer NOT NULL DEFAULT 0,                 -- how often it was begun to be sent
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    sent_at timestamptz,                              -- when it was last begun to be sent
    completed_at timestamptz,
    expires_at timestamptz NOT NULL,                  -- not begun to be sent from then on
    ends_at timestamptz NOT NULL                      -- when it ends by itself, unless something happens
);
CREATE UNIQUE INDEX command_of_device ON command (device_id) WHERE completed_at IS NULL;
CREATE INDEX command_of_account ON command (account_id) WHERE completed_at IS NULL;
CREATE INDEX command_ending ON command (ends_at) WHERE completed_at IS NULL;
CREATE INDEX command_of_user ON command (user_id);
CREATE INDEX command_lately ON command (device_id, created_at);
CREATE INDEX command_by_end ON command (completed_at) WHERE completed_at IS NOT NULL;
