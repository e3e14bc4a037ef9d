-- What partners wish of a car's charging.

CREATE TABLE boost (                                  -- charge now, or as soon as the car is plugged in
    device_id uuid PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    command_id uuid,                                  -- that started it; no foreign key: old commands are dropped
    is_armed boolean NOT NULL,                        -- waits for the car to be plugged in
    due_at timestamptz,                               -- armed, and seen to be plugged in: when it begins
    asked_at timestamptz NOT NULL
);
CREATE INDEX boost_due ON boost (due_at) WHERE is_armed;

CREATE TABLE charge_policy (                          -- how full by when, day by day; kept, and carried out by nobody
    device_id uuid PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    document jsonb NOT NULL,
    changed_at timestamptz NOT NULL
);
