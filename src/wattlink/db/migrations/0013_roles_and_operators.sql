-- A role that is held can't be deleted; and what is said of the person behind an operator's token.

CREATE INDEX share_of_role ON share (role_id);

ALTER TABLE operator_token
    ADD COLUMN document jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN changed_at timestamptz;
