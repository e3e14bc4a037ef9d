-- Linking that the app confirms, and link sessions as a resource.

ALTER TABLE application
    ADD COLUMN link_binding text NOT NULL DEFAULT 'browser'   -- of sessions that don't say which
        CHECK (link_binding IN ('browser', 'confirm'));

ALTER TABLE link_session
    ADD COLUMN binding text NOT NULL DEFAULT 'browser' CHECK (binding IN ('browser', 'confirm')),
    ADD COLUMN challenge bytea,                               -- SHA-256 of the secret that the app confirms with
    ADD COLUMN code_digest bytea,                             -- of what the browser brings back to the app
    ADD COLUMN confirmed_at timestamptz,
    DROP CONSTRAINT link_session_state_check,
    ADD CONSTRAINT link_session_state_check CHECK (state IN ('created', 'bound', 'at_vendor', 'asking_credentials',
        'exchanging', 'discovering', 'pairing', 'awaiting_app', 'completed', 'failed', 'cancelled', 'expired'));

DROP INDEX link_session_moving;
CREATE INDEX link_session_moving ON link_session (state, step_started_at)
    WHERE state IN ('exchanging', 'discovering', 'pairing', 'awaiting_app');
CREATE INDEX link_session_page ON link_session (application_id, created_at DESC, session_id DESC);

CREATE TABLE held_grant (          -- for a login that is linked already: its account isn't touched before the app confirms
    session_id uuid PRIMARY KEY,   -- no foreign key: it must never go without being withdrawn
    sealed bytea NOT NULL          -- contract.Grant
);
