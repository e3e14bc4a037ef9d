-- The next delivery of a subscription is made ready while the last one is sent. What makes it stale (a user is deleted,
-- the subscription is changed) raises the fence, and what was made ready under an older one is thrown away.
ALTER TABLE subscription_cursor ADD COLUMN fence bigint NOT NULL DEFAULT 0;
