-- The delivery log, read by subscription. A delivery enters once, when it ends: an index of all would cost each twice.
CREATE INDEX delivery_log ON delivery (subscription_id, created_at DESC, delivery_id DESC) WHERE ended_at IS NOT NULL;
