-- A revocation waits for the visit that may be renewing its credential, and no longer: that visit's end lets go of it.

ALTER TABLE revocation
    ADD COLUMN account_id uuid,                       -- of which the credential was; null: of none
    ADD COLUMN visit_turn bigint;                     -- the visit that may still hold it; null: nobody did
CREATE INDEX revocation_held ON revocation (account_id) WHERE turn = 0 AND account_id IS NOT NULL;
