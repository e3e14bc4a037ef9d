-- What logging in needs beside the user: who tries too often, where somebody logged in before, and mails that wait.

CREATE TABLE throttle (                               -- how much of a limit is used up, by what it is a limit of
    name bytea PRIMARY KEY,                           -- a keyed hash: of an account, an address, an application
    used_until timestamptz NOT NULL                   -- application clock: from then on nothing is used up
);
CREATE INDEX throttle_over ON throttle (used_until);

CREATE TABLE known_address (                          -- from where a user logged in, so that others can't lock it out there
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    address bytea NOT NULL,                           -- a keyed hash of the network
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, address)
);
CREATE INDEX known_address_over ON known_address (seen_at);

CREATE TABLE mail (                                   -- the row is the job: gone when the mail is
    mail_id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,  -- who receives it
    sealed bytea NOT NULL,                            -- address, subject and text
    due_at timestamptz NOT NULL,                      -- application clock
    tries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
CREATE INDEX mail_due ON mail (due_at);
CREATE INDEX mail_of_user ON mail (user_id);

ALTER TABLE app_user ADD COLUMN seen_at timestamptz;  -- when a key of it was last used, noted once an hour; null: never
CREATE INDEX app_user_idle ON app_user (coalesce(seen_at, created_at)) WHERE login = 'anonymous';
CREATE INDEX app_user_logins ON app_user (application_id, created_at DESC, user_id DESC)
    WHERE login IS DISTINCT FROM 'anonymous';
