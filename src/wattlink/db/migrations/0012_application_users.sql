-- Application users: an app's own users sign up, act with keys of their own, and share what is theirs.

CREATE TABLE project (                                -- what an organization groups its applications by
    project_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    name text NOT NULL,
    document jsonb NOT NULL DEFAULT '{}',             -- what else is said of it: tags, custom fields, dates
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX project_page ON project (organization_id, created_at DESC, project_id DESC);

INSERT INTO project (project_id, organization_id, name)
SELECT gen_random_uuid(), organization_id, name FROM organization;

ALTER TABLE application
    ADD COLUMN project_id uuid REFERENCES project,
    ADD COLUMN document jsonb NOT NULL DEFAULT '{}',  -- what else is said of it: tags, custom fields, a default address
    ADD COLUMN default_role text NOT NULL DEFAULT 'base_app_user',  -- what its new users are
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
UPDATE application SET project_id = project.project_id FROM project
 WHERE project.organization_id = application.organization_id;
CREATE INDEX application_of_project ON application (project_id, created_at DESC, application_id DESC);

-- A user that the app only names has no login. The others sign up with an address, or begin without a name.
ALTER TABLE app_user
    ADD COLUMN login text CHECK (login IN ('inactive', 'active', 'anonymous')),
    ADD COLUMN email text,
    ADD COLUMN first_name text,
    ADD COLUMN last_name text,
    ADD COLUMN profile jsonb NOT NULL DEFAULT '{}',   -- what else the user or the app says of the user
    ADD COLUMN password_hash text,                    -- argon2id; null: signs in elsewhere, or not at all
    ADD COLUMN sealed_activation_code bytea,          -- while inactive
    ADD COLUMN activated_at timestamptz,
    ADD COLUMN changed_at timestamptz;                -- null: never changed
CREATE UNIQUE INDEX app_user_email ON app_user (application_id, lower(email));

CREATE TABLE role (                                   -- beside the predefined ones, which stand in the code
    role_id text PRIMARY KEY,                         -- 24 hexadecimal digits
    organization_id uuid NOT NULL REFERENCES organization,
    name text NOT NULL,
    is_for_users boolean NOT NULL,                    -- false: for operators
    permissions jsonb NOT NULL DEFAULT '[]',          -- beyond the default ones
    projects uuid[] NOT NULL DEFAULT '{}',            -- where it counts; empty: everywhere
    grantable_roles text[] NOT NULL DEFAULT '{}',     -- which roles its holders may give others a share by
    document jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (organization_id, name)
);

CREATE TABLE share (                                  -- what is one user's may be used by another, as the role says
    share_id text PRIMARY KEY,                        -- 24 hexadecimal digits
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    owner_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,   -- who gives
    actor_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,   -- who receives; the owner itself: the user's own
    role_id text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (owner_id, actor_id, role_id)
);
CREATE INDEX share_of_actor ON share (actor_id);
CREATE INDEX share_of_application ON share (application_id);
CREATE UNIQUE INDEX share_of_its_own ON share (owner_id) WHERE owner_id = actor_id;

CREATE TABLE access_key (                             -- 80 letters and digits; to end one is to delete its row
    key_id uuid PRIMARY KEY,
    key_digest bytea NOT NULL UNIQUE,
    sealed bytea,                                     -- where a documented call shows it again
    kind text NOT NULL CHECK (kind IN ('app', 'trusted', 'user', 'device')),
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    share_id text REFERENCES share ON DELETE CASCADE,  -- of a user's key
    subject_id uuid,                                  -- of a device's key: the thng or the linked device
    created_at timestamptz NOT NULL,
    CHECK ((kind = 'user') = (share_id IS NOT NULL)),
    CHECK ((kind = 'device') = (subject_id IS NOT NULL))
);
CREATE INDEX access_key_of_share ON access_key (share_id);
CREATE UNIQUE INDEX access_key_of_device ON access_key (subject_id) WHERE kind = 'device';
CREATE UNIQUE INDEX access_key_of_application ON access_key (application_id, kind) WHERE kind IN ('app', 'trusted');

-- Plain things that apps keep, no more than their users need.
CREATE TABLE record (
    record_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('thng', 'product', 'action', 'action_type')),
    organization_id uuid NOT NULL REFERENCES organization,
    application_id uuid REFERENCES application ON DELETE CASCADE,  -- that made it; null: an operator
    user_id uuid REFERENCES app_user ON DELETE CASCADE,            -- that made it
    projects uuid[] NOT NULL DEFAULT '{}',            -- within which it is seen
    users uuid[] NOT NULL DEFAULT '{}',               -- by whom it is seen
    is_for_all_users boolean NOT NULL DEFAULT false,
    name text,                                        -- of an action: its type
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX record_page ON record (organization_id, kind, created_at DESC, record_id DESC);
CREATE INDEX record_of_application ON record (application_id);
CREATE INDEX record_of_user ON record (user_id, kind, created_at DESC, record_id DESC);
