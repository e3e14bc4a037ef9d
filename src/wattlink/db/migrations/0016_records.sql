-- Records are found by what they say of themselves, and by who may see them.

ALTER TABLE record ADD COLUMN created_by uuid;        -- user, application, operator's token or device; null: the server
CREATE INDEX record_document ON record USING gin (document jsonb_path_ops);
CREATE INDEX record_page_of_name ON record (organization_id, kind, name, created_at DESC, record_id DESC);
CREATE INDEX record_of_users ON record USING gin (users);
CREATE UNIQUE INDEX record_of_action_type ON record (organization_id, name) WHERE kind = 'action_type';

-- Who sees what, so that the pages of a user with few records among many are read in order.
CREATE TABLE record_seen (
    seen_by uuid NOT NULL,                            -- a user; the project: its applications; the zero id: all its users
    project_id uuid NOT NULL,
    kind text NOT NULL,
    created_at timestamptz NOT NULL,
    record_id uuid NOT NULL REFERENCES record ON DELETE CASCADE,
    PRIMARY KEY (seen_by, project_id, kind, created_at, record_id)
);
CREATE INDEX record_seen_of_record ON record_seen (record_id);

-- An operator's record is of no application, and so is its device key.
ALTER TABLE access_key
    ALTER COLUMN application_id DROP NOT NULL,
    ADD CHECK (kind = 'device' OR application_id IS NOT NULL);

-- A device that goes, however it goes, takes its key along.
CREATE FUNCTION end_device_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM access_key WHERE kind = 'device' AND subject_id IN (SELECT device_id FROM gone);
    RETURN NULL;
END $$;
CREATE TRIGGER device_key_ends AFTER DELETE ON device
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION end_device_keys();

CREATE FUNCTION end_record_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM access_key WHERE kind = 'device' AND subject_id IN (SELECT record_id FROM gone);
    RETURN NULL;
END $$;
CREATE TRIGGER record_key_ends AFTER DELETE ON record
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION end_record_keys();
