-- What an app and its operators see of an account.

ALTER TABLE account ADD COLUMN refusal text;                -- the cause of the present or last suspicion
ALTER TABLE visit ADD COLUMN succeeded_at timestamptz;      -- end of the last good one (application clock)

CREATE INDEX account_page ON account (application_id, created_at DESC, account_id DESC);
DROP INDEX account_of_application;                          -- which the other begins with
