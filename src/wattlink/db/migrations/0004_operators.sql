-- Who administers: the operators' tokens, and what is shown of an application's keys.

CREATE TABLE operator_token (
    token_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    name text NOT NULL,
    token_digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,                    -- to the minute
    ended_at timestamptz
);
CREATE INDEX operator_token_of_organization ON operator_token (organization_id);

ALTER TABLE application_key ADD COLUMN name text NOT NULL DEFAULT '';
ALTER TABLE application_key ADD COLUMN last_used_at timestamptz;  -- to the minute

CREATE INDEX application_page ON application (organization_id, created_at DESC, application_id DESC);
CREATE INDEX registration_of_application ON registration (application_id);
