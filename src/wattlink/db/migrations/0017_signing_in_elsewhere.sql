-- Users sign in with services that know them already: Facebook, and whoever speaks OpenID Connect.

CREATE TABLE identity_service (                       -- one that an application's users may sign in with
    service_id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    name text NOT NULL,                               -- as it stands in addresses
    kind text NOT NULL CHECK (kind IN ('facebook', 'oidc')),
    issuer text,                                      -- of OpenID Connect: what its ID tokens say, and where it is found
    client_id text NOT NULL,                          -- the application there
    sealed_secret bytea,                              -- null: a public client
    scopes text[] NOT NULL DEFAULT '{}',
    redirect_uris text[] NOT NULL DEFAULT '{}',       -- where people may go back to, byte for byte; none: nowhere
    created_at timestamptz NOT NULL,
    UNIQUE (application_id, name),
    CHECK ((kind = 'oidc') = (issuer IS NOT NULL))
);

-- Who a user is there. It outlives the service's row: one that is configured anew finds its users again.
CREATE TABLE identity (
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    issuer text NOT NULL,                             -- within which a subject means one person
    subject text NOT NULL,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (application_id, issuer, subject)
);
CREATE INDEX identity_of_user ON identity (user_id);

CREATE TABLE sign_in (                                -- a person on the way through somebody else's sign-in page
    sign_in_id uuid PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES identity_service ON DELETE CASCADE,
    redirect_uri text NOT NULL,
    app_state text,                                   -- the app's own, brought back as it is
    token_digest bytea NOT NULL UNIQUE,               -- of the address that the browser begins at
    secret_digest bytea NOT NULL,                     -- of what the app shows when it fetches the key
    browser_digest bytea,                             -- of what the browser holds
    state_digest bytea UNIQUE,                        -- once: from leaving for the service until coming back
    sealed_verifier bytea,                            -- with the nonce; as long as the state
    code_digest bytea UNIQUE,                         -- of what the browser took back to the app
    sealed_person bytea,                              -- whom the service vouched for; as long as the code
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_of_service ON sign_in (service_id);
CREATE INDEX sign_in_over ON sign_in (expires_at);

CREATE TABLE used_id_token (                          -- each opens the door once
    token_digest bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_id_token_over ON used_id_token (expires_at);
