-- Picking: where an account holds several devices that were asked for, the person says which one the partner hears of.

ALTER TABLE onboarding
    ADD COLUMN picking_turn int,                      -- the sign-in after which there was a choice; of an earlier one it counts no more
    ADD COLUMN picking_since timestamptz,
    ADD COLUMN device_id uuid REFERENCES device ON DELETE SET NULL;  -- what was picked
CREATE INDEX onboarding_of_device ON onboarding (device_id);
