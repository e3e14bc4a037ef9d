-- Taking the visits that are due, with a plan that is kept. With many accounts PostgreSQL took the general plan for more
-- expensive than one for the moment and the number at hand, and planned each time, which cost twice what taking does.
CREATE FUNCTION take_due_visits(at_vendor text, at timestamptz, most integer)
RETURNS TABLE (account_id uuid, registration_id uuid, vendor text, turn bigint, due_at timestamptz, tries integer)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT found.account_id
          FROM (SELECT registration_id FROM registration LEFT JOIN circuit USING (registration_id)
                 WHERE vendor = at_vendor AND open_since IS NULL ORDER BY random()) AS closed
         CROSS JOIN LATERAL (
            SELECT account_id FROM visit
             WHERE visit.registration_id = closed.registration_id
               AND due_at <= at AND busy_until <= clock_timestamp()
             ORDER BY due_at LIMIT most FOR UPDATE SKIP LOCKED
         ) AS found
         LIMIT most
    )
    UPDATE visit
       SET due_at = at + interval '1 minute' * least(60, 2 ^ least(tries + 1, 6)) * (0.8 + 0.4 * random()),
           busy_until = clock_timestamp() + interval '2 minutes', turn = turn + 1, tries = tries + 1
     WHERE visit.account_id = ANY (ARRAY(SELECT account_id FROM due))  -- an array is never joined to all of the table
    RETURNING visit.account_id, visit.registration_id, visit.vendor, visit.turn, visit.due_at, visit.tries;
END $$;
