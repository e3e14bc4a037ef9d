-- Who uses the server: organizations, their applications, the applications' keys and tokens.

CREATE TABLE organization (
    organization_id uuid PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE application (
    application_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    name text NOT NULL,
    redirect_uris text[] NOT NULL DEFAULT '{}',  -- empty: any https, loopback or private-use scheme
    branding jsonb NOT NULL DEFAULT '{}',
    connections_limit integer,                   -- accounts that may be linked; null: any number
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE application_key (
    key_id uuid PRIMARY KEY,                     -- outside: the client id
    application_id uuid NOT NULL REFERENCES application,
    secret_digest bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE INDEX application_key_of_application ON application_key (application_id);

CREATE TABLE access_token (
    token_digest bytea PRIMARY KEY,
    key_id uuid NOT NULL REFERENCES application_key ON DELETE CASCADE,
    application_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX access_token_by_expiry ON access_token (expires_at);

-- What happened. Events are recorded in the transaction that makes them true, and this table is the outbox.

CREATE TABLE epoch (
    epoch integer PRIMARY KEY,
    system_identifier text NOT NULL,
    timeline integer NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION current_epoch() RETURNS integer LANGUAGE sql STABLE
    AS $$ SELECT epoch FROM epoch ORDER BY epoch DESC LIMIT 1 $$;

-- A dump restored elsewhere carries transaction ids ahead of the new cluster's counter: it needs a new epoch.
CREATE FUNCTION begin_epoch() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    cluster text := (SELECT system_identifier::text FROM pg_control_system());
    line integer := (SELECT timeline_id FROM pg_control_checkpoint());
BEGIN
    IF NOT EXISTS (
        SELECT FROM epoch
         WHERE epoch.epoch = current_epoch() AND system_identifier = cluster AND timeline = line
    ) THEN
        -- Waits for transactions that record in the old epoch: one that ended later would lie behind the cursors.
        SET LOCAL lock_timeout = '15s';
        LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE;
        INSERT INTO epoch (epoch, system_identifier, timeline)
        VALUES (coalesce(current_epoch(), 0) + 1, cluster, line);
    END IF;
END $$;

CREATE TABLE event (
    epoch integer NOT NULL DEFAULT current_epoch(),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    position bigint GENERATED ALWAYS AS IDENTITY,
    recorded_at timestamptz NOT NULL DEFAULT now(),   -- database clock: chooses the partition
    event_id uuid NOT NULL,
    application_id uuid NOT NULL,
    user_id uuid,
    account_id uuid,
    device_id uuid,
    type text NOT NULL,                               -- vocabulary of domain/events/model.py
    occurred_at timestamptz NOT NULL,                 -- application clock
    payload jsonb                                     -- null: erased
) PARTITION BY RANGE (recorded_at);
CREATE INDEX event_feed ON event (application_id, epoch, xid, position);
CREATE INDEX event_of_user ON event (user_id);

-- What lies behind a place in an application's feed, whose order is (epoch, xid, position). Transactions end in another
-- order than they begin in, so the current epoch is complete only below the oldest one under way. The clock chooses
-- partitions; an hour is granted for long transactions and clocks that are set back.
CREATE FUNCTION events_behind(application uuid, after_epoch integer, after_xid xid8, after_position bigint, since timestamptz)
RETURNS SETOF event LANGUAGE sql STABLE AS $$
    SELECT * FROM event
     WHERE application_id = application
       AND (epoch, xid, position) > (after_epoch, after_xid, after_position)
       AND recorded_at >= since - interval '1 hour'
       AND (epoch < (SELECT current_epoch()) OR xid < pg_snapshot_xmin(pg_current_snapshot()))
$$;

CREATE FUNCTION make_event_partitions() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day date;
BEGIN
    FOR ahead IN -1..3 LOOP
        day := (now() AT TIME ZONE 'UTC')::date + ahead;
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF event FOR VALUES FROM (%L) TO (%L)',
            'event_' || to_char(day, 'YYYYMMDD'), day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    END LOOP;
END $$;

CREATE VIEW event_partition AS
    SELECT relname::text AS name, to_date(right(relname, 8), 'YYYYMMDD') AS day
      FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = 'event'::regclass;

CREATE FUNCTION drop_event_partition(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE %I', name);
END $$;

-- Whom we speak to: registrations at vendors, and how the vendors do.

CREATE TABLE registration (
    registration_id uuid PRIMARY KEY,
    vendor text NOT NULL,
    application_id uuid REFERENCES application,       -- null: for all applications
    sealed bytea NOT NULL,                            -- contract.Registration
    hosts jsonb NOT NULL DEFAULT '{}',                -- base URLs that differ from the manifest's
    is_sandbox boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (vendor, application_id)
);

CREATE TABLE circuit (                                -- how the vendor does, seen through each registration
    registration_id uuid PRIMARY KEY REFERENCES registration ON DELETE CASCADE,
    open_since timestamptz,                           -- an outage: nothing is taken but a probe a minute
    probe_at timestamptz,
    revocation_at timestamptz,                        -- the same for revocations
    reason text,
    proved_at timestamptz,                            -- when any account's credential was last proved good
    incident_since timestamptz,                       -- many credentials refused at once: none breaks
    incident_ended_at timestamptz
);

CREATE TABLE budget_window (                          -- requests that were leased, by slots of a window
    registration_id uuid NOT NULL REFERENCES registration ON DELETE CASCADE,
    account_id uuid NOT NULL,                         -- nil (all zeros): the registration's own budget
    window_start timestamptz NOT NULL,                -- database clock
    used integer NOT NULL,
    PRIMARY KEY (registration_id, account_id, window_start)
);

-- Whose devices: users, the accounts they have at vendors, the sealed credentials, the devices.

CREATE TABLE app_user (
    user_id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application,
    external_id text NOT NULL COLLATE "C",
    created_at timestamptz NOT NULL,
    UNIQUE (application_id, external_id)
);
CREATE INDEX app_user_page ON app_user (application_id, created_at DESC, user_id DESC);

CREATE TABLE account (
    account_id uuid PRIMARY KEY,
    application_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    registration_id uuid NOT NULL REFERENCES registration,
    vendor text NOT NULL,
    subject text NOT NULL COLLATE "C",                -- the vendor's stable id of the login
    label text,
    state text NOT NULL CHECK (state IN ('provisional', 'good', 'suspect', 'broken', 'deauthorized')),
    kinds text[] NOT NULL,                            -- granted and published
    scopes text[] NOT NULL,                           -- what the user granted
    asked_scopes text[] NOT NULL,                     -- what the app asked for: a relink asks for it again
    first_refused_at timestamptz,                     -- of the present suspicion
    refused_generation bigint,
    broken_at timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (user_id, registration_id, subject)
);
CREATE INDEX account_of_registration ON account (registration_id, state);
CREATE INDEX account_of_login ON account (registration_id, subject);
CREATE INDEX account_of_application ON account (application_id);
CREATE INDEX account_troubled ON account (registration_id, first_refused_at) WHERE state IN ('suspect', 'broken');

CREATE TABLE pending_kind (                           -- what a link session adds to an account, until it completes
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    session_id uuid NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (account_id, session_id, kind)
);
CREATE INDEX pending_kind_of_session ON pending_kind (session_id);

CREATE TABLE credential (
    credential_id uuid PRIMARY KEY,
    account_id uuid NOT NULL UNIQUE REFERENCES account ON DELETE CASCADE,
    generation bigint NOT NULL DEFAULT 1,
    sealed bytea NOT NULL,                            -- contract.Credential
    must_prove boolean NOT NULL DEFAULT false,        -- the next visit proves it before it reads
    saved_at timestamptz NOT NULL
);

CREATE TABLE visit (                                  -- the row is the job
    account_id uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    vendor text NOT NULL,
    registration_id uuid NOT NULL,
    due_at timestamptz,                               -- wanted from then on (application clock); null: not wanted
    busy_until timestamptz NOT NULL DEFAULT '-infinity',  -- somebody is there (database clock)
    turn bigint NOT NULL DEFAULT 0,
    spoiled bigint NOT NULL DEFAULT 0,                -- what this turn brings isn't saved: the account changed meanwhile
    tries integer NOT NULL DEFAULT 0,                 -- without success in a row
    ended_at timestamptz,                             -- end of the last visit (application clock)
    error text                                        -- what it failed of; null after a good one
) WITH (fillfactor = 80);
CREATE INDEX visit_due ON visit (registration_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX visit_failing ON visit (error) WHERE error IS NOT NULL;

CREATE TABLE revocation (                             -- credentials on their way out
    credential_id uuid PRIMARY KEY,
    generation bigint NOT NULL,
    sealed bytea,                                     -- null: given up, the secret is destroyed
    registration_id uuid NOT NULL REFERENCES registration,
    vendor text NOT NULL,
    subject_hash bytea NOT NULL,
    busy_until timestamptz NOT NULL DEFAULT '-infinity',  -- a visit or an attempt still holds the credential
    due_at timestamptz NOT NULL,
    give_up_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    turn bigint NOT NULL DEFAULT 0,
    is_cancelled boolean NOT NULL DEFAULT false,      -- by a new grant while in flight: not tried again
    last_error text,
    created_at timestamptz NOT NULL
);
CREATE INDEX revocation_due ON revocation (due_at) WHERE sealed IS NOT NULL;
CREATE INDEX revocation_by_subject ON revocation (registration_id, subject_hash);
CREATE INDEX revocation_given_up ON revocation (give_up_at) WHERE sealed IS NULL;

CREATE TABLE device (
    device_id uuid PRIMARY KEY,
    application_id uuid NOT NULL,
    user_id uuid NOT NULL,                            -- the account's
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    vendor text NOT NULL,
    kind text NOT NULL,
    vendor_device_id text NOT NULL COLLATE "C",
    scopes text[] NOT NULL,
    is_published boolean NOT NULL,                    -- false: provisional, seen on no surface, without events
    missed integer NOT NULL DEFAULT 0,                -- visits in a row that didn't find it
    created_at timestamptz NOT NULL,
    UNIQUE (account_id, kind, vendor_device_id)
);
CREATE INDEX device_page ON device (application_id, kind, created_at DESC, device_id DESC) WHERE is_published;
CREATE INDEX device_page_of_user ON device (user_id, kind, created_at DESC, device_id DESC) WHERE is_published;

CREATE TABLE device_state (
    device_id uuid PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    document jsonb NOT NULL,                          -- connectors/devices/, as it is shown
    hidden jsonb,                                     -- what was really read last, where something else is shown
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 80);

-- Linking.

CREATE TABLE link_session (
    session_id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application,
    user_id uuid REFERENCES app_user ON DELETE SET NULL,  -- null: deleted meanwhile, and the session withdrawn
    token_digest bytea NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('created', 'bound', 'at_vendor', 'asking_credentials', 'exchanging',
        'discovering', 'pairing', 'completed', 'failed', 'cancelled', 'expired')),
    cause text,                                       -- of the closed list; also of the last try while open
    purpose text NOT NULL CHECK (purpose IN ('link', 'relink')),
    relink_account_id uuid,
    relink_device_id uuid,
    vendor text,                                      -- fixed by the app, or chosen
    vendor_is_fixed boolean NOT NULL DEFAULT false,
    registration_id uuid,
    kinds text[] NOT NULL,
    scopes text[] NOT NULL,
    language text NOT NULL,
    color_scheme text NOT NULL,
    redirect_uri text NOT NULL,
    browser_digest bytea,                             -- the cookie of the browser that it is bound to
    state_digest bytea UNIQUE,                        -- OAuth state, single use
    sealed_step bytea,                                -- what a step leaves: PKCE verifier, typed user name
    turn integer NOT NULL DEFAULT 0,                  -- counts sign-ins: a late one finds that it isn't its turn
    step_started_at timestamptz NOT NULL,
    consented_at timestamptz,
    account_id uuid,                                  -- linked or being linked
    discover_from timestamptz,                        -- visits that ended after this count as discovery
    steps jsonb NOT NULL DEFAULT '[]',                -- [{"step", "at", "cause"}]: the funnel
    failures integer NOT NULL DEFAULT 0,              -- sign-ins in a row that the vendor refused
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX link_session_of_user ON link_session (user_id);
CREATE INDEX link_session_moving ON link_session (state, step_started_at)
    WHERE state IN ('exchanging', 'discovering', 'pairing');
CREATE INDEX link_session_by_expiry ON link_session (expires_at) WHERE ended_at IS NULL;
CREATE INDEX link_session_by_end ON link_session (ended_at) WHERE ended_at IS NOT NULL;

CREATE FUNCTION link_step(step text, at timestamptz, cause text) RETURNS jsonb LANGUAGE sql STABLE
    AS $$ SELECT jsonb_build_array(jsonb_build_object('step', step, 'at', at, 'cause', cause)) $$;

-- Telling the apps.

CREATE TABLE subscription (
    subscription_id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application,
    dialect text NOT NULL,
    url text NOT NULL,
    sealed_secret bytea NOT NULL,
    event_types text[] NOT NULL,                      -- the dialect's names; {*} for all
    api_version text,
    header_name text,
    sealed_header bytea,
    is_active boolean NOT NULL DEFAULT true,
    inactive_since timestamptz,
    inactive_reason text,
    created_at timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (application_id, dialect, url, api_version)
);
CREATE INDEX subscription_page ON subscription (application_id, created_at DESC, subscription_id DESC);

-- What changes with every delivery. Whoever locks more than one row of a subscription locks this one first.
CREATE TABLE subscription_cursor (
    subscription_id uuid PRIMARY KEY,                 -- no foreign key: it would be checked with every delivery
    application_id uuid NOT NULL,
    epoch integer NOT NULL,                           -- up to here events were frozen or passed over
    xid xid8 NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    batch_limit integer NOT NULL DEFAULT 100,         -- events per delivery: halved by a refused body, then growing
    heartbeat_at timestamptz NOT NULL,
    last_success_at timestamptz NOT NULL,
    failing_since timestamptz,
    failures integer NOT NULL DEFAULT 0               -- in a row
) WITH (fillfactor = 50);
CREATE INDEX subscription_cursor_of_application ON subscription_cursor (application_id);

CREATE TABLE delivery (                               -- one request: consecutive events of one subscription
    delivery_id uuid PRIMARY KEY,
    subscription_id uuid NOT NULL,                    -- no foreign key: what is ended outlives its subscription
    application_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'doubted', 'delivered', 'held', 'replaced', 'dropped')),
    body bytea,                                       -- frozen bytes; null once it ended
    events integer NOT NULL,                          -- 0: a heartbeat
    event_ids uuid[] NOT NULL,
    users uuid[] NOT NULL,                            -- whose data is inside
    before_epoch integer NOT NULL, before_xid xid8 NOT NULL, before_position bigint NOT NULL,
    before_recorded_at timestamptz NOT NULL,          -- the cursor before it was frozen
    last_epoch integer NOT NULL, last_xid xid8 NOT NULL, last_position bigint NOT NULL,
    last_recorded_at timestamptz NOT NULL,            -- the cursor since
    doubted_id uuid,                                  -- a probe: the delivery whose fate this one decides
    tries integer NOT NULL DEFAULT 0,                 -- answered or not, but known to have been made
    body_refusals integer NOT NULL DEFAULT 0,         -- 400, 413, 422
    due_at timestamptz NOT NULL,                      -- application clock
    busy_until timestamptz NOT NULL DEFAULT '-infinity',  -- database clock
    turn bigint NOT NULL DEFAULT 0,
    last_status integer,
    last_error text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX delivery_in_flight ON delivery (subscription_id) WHERE state = 'open';
CREATE INDEX delivery_set_aside ON delivery (subscription_id) WHERE state IN ('doubted', 'held', 'dropped');
-- No other index: every one costs each delivery twice. What is old is found by its id, which begins with its time.

-- The sandbox's virtual vendor accounts.

CREATE TABLE virtual_account (
    vendor text NOT NULL,
    username text NOT NULL,
    state jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (vendor, username)
);
