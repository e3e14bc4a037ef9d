-- How the vendors do, counted by what we ask of them ourselves; which ones an application may use; which ones people miss.

CREATE TABLE vendor_health (                          -- a row per five minutes in which anything was asked
    registration_id uuid NOT NULL REFERENCES registration ON DELETE CASCADE,
    began_at timestamptz NOT NULL,                    -- application clock
    visits integer NOT NULL DEFAULT 0,
    visits_failed integer NOT NULL DEFAULT 0,         -- of the vendor's doing
    sign_ins integer NOT NULL DEFAULT 0,
    sign_ins_failed integer NOT NULL DEFAULT 0,
    PRIMARY KEY (registration_id, began_at)
) WITH (fillfactor = 50);
CREATE INDEX vendor_health_by_age ON vendor_health (began_at);

CREATE FUNCTION counted_health(registration uuid, since timestamptz)
RETURNS TABLE (visits integer, visits_failed integer, sign_ins integer, sign_ins_failed integer) LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(health.visits), 0)::integer, coalesce(sum(health.visits_failed), 0)::integer,
           coalesce(sum(health.sign_ins), 0)::integer, coalesce(sum(health.sign_ins_failed), 0)::integer
      FROM vendor_health AS health WHERE registration_id = registration AND began_at >= since
$$;

ALTER TABLE registration ADD COLUMN needs_activation boolean;  -- null: as the vendor's manifest says

CREATE TABLE vendor_activation (
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    vendor text NOT NULL,
    PRIMARY KEY (application_id, vendor)
);

-- One registration per vendor: the application's own, else the one for all; for no application (null) only those for all.
-- `gated`: vendors that must be activated.
CREATE FUNCTION usable_registration(application uuid, gated text[])
RETURNS SETOF registration LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (vendor) * FROM registration
     WHERE (application_id IS NULL OR application_id = application)
       AND (NOT coalesce(needs_activation, vendor = ANY(gated))
            OR EXISTS (SELECT FROM vendor_activation AS activation
                        WHERE activation.application_id = application AND activation.vendor = registration.vendor))
     ORDER BY vendor, application_id NULLS LAST
$$;

CREATE TABLE brand_request (                          -- brands that people looked for in vain
    application_id uuid NOT NULL REFERENCES application ON DELETE CASCADE,
    kind text NOT NULL,
    brand_key text NOT NULL COLLATE "C",              -- as it is compared
    brand text NOT NULL,                              -- as it was typed first
    requests integer NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (application_id, kind, brand_key)
);
CREATE INDEX brand_request_by_age ON brand_request (last_at);

ALTER TABLE link_session ADD COLUMN brand_requests integer NOT NULL DEFAULT 0;  -- that came from it
