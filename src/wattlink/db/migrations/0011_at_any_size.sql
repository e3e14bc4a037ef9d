-- What costs the same however much is stored.

-- Once statistics were known, each relation was asked for its day before it was asked whether it is a partition, and
-- those whose names don't end in a day failed it.
CREATE OR REPLACE VIEW event_partition AS
    WITH partition AS MATERIALIZED (
        SELECT relname::text AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = 'event'::regclass
    )
    SELECT name, to_date(right(name, 8), 'YYYYMMDD') AS day FROM partition;

CREATE INDEX account_page_by_state ON account (application_id, state, created_at DESC, account_id DESC);
CREATE INDEX link_session_in_trouble ON link_session (cause) WHERE ended_at IS NULL AND cause IS NOT NULL;
CREATE INDEX access_token_of_key ON access_token (key_id);  -- which goes with its key

-- What each delivery asks. PostgreSQL takes the general plan for more expensive than one for the parameters at hand, and
-- so plans these anew every time, which costs several times as much as running them. The plan is kept here; it must not
-- rest on a day's having no events yet.
CREATE FUNCTION lock_waiting_subscriptions(dialects text[], at timestamptz, most integer) RETURNS SETOF uuid
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT place.subscription_id
      FROM subscription_cursor AS place JOIN subscription USING (subscription_id)
     WHERE is_active AND dialect = ANY(dialects)
       AND NOT EXISTS (SELECT FROM delivery
                        WHERE delivery.subscription_id = place.subscription_id AND state = 'open')
       AND (heartbeat_at <= at
            OR EXISTS (SELECT FROM events_behind(place.application_id, place.epoch, place.xid, place.position,
                                                 place.recorded_at)))
     ORDER BY place.recorded_at
     LIMIT most
       FOR UPDATE OF place SKIP LOCKED;
END $$;

-- JSON texts: what comes next for each of these subscriptions, in the order of the feed.
CREATE FUNCTION next_events(subscription_ids uuid[], most integer) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT row_to_json(waiting)::text
      FROM (SELECT subscription_id, event.epoch, event.xid, event.position, event.recorded_at, event_id,
                   event.application_id, user_id, account_id, device_id, type, occurred_at, payload
              FROM subscription_cursor AS place,
                   LATERAL (SELECT *
                              FROM events_behind(place.application_id, place.epoch, place.xid, place.position,
                                                 place.recorded_at) AS event
                             ORDER BY event.epoch, event.xid, event.position
                             LIMIT least(place.batch_limit, most)) AS event
             WHERE subscription_id = ANY(subscription_ids)) AS waiting
     ORDER BY subscription_id, epoch, xid, position;
END $$;
