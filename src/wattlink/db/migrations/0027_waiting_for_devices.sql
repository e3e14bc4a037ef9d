-- A session may wait for a device that dials in.

ALTER TABLE link_session
    DROP CONSTRAINT link_session_state_check,
    ADD CONSTRAINT link_session_state_check CHECK (state IN ('created', 'bound', 'at_vendor', 'asking_credentials',
        'awaiting_device', 'exchanging', 'discovering', 'pairing', 'awaiting_app', 'completed', 'failed', 'cancelled',
        'expired'));

CREATE INDEX claim_token_of_session ON claim_token (session_id) WHERE session_id IS NOT NULL;
