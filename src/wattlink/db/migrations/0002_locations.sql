-- Locations: places that an app knows of a user. Devices that tell their position are at the nearest one within 200 m;
-- those that don't are where the app put them.

CREATE TABLE location (
    location_id uuid PRIMARY KEY,
    application_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES app_user,
    name text NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    timezone text NOT NULL,                           -- IANA
    created_at timestamptz NOT NULL
);
CREATE INDEX location_page ON location (application_id, created_at DESC, location_id DESC);
CREATE INDEX location_page_of_user ON location (user_id, created_at DESC, location_id DESC);
CREATE INDEX location_by_latitude ON location (user_id, latitude);

ALTER TABLE device_state
    ADD COLUMN location_id uuid REFERENCES location ON DELETE SET NULL,
    ADD COLUMN located_at timestamptz;                -- when an app put it there
CREATE INDEX device_state_at_location ON device_state (location_id) WHERE location_id IS NOT NULL;

-- On a sphere: exact to half a percent, which is a metre here.
CREATE FUNCTION metres_between(latitude_1 float8, longitude_1 float8, latitude_2 float8, longitude_2 float8)
RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT 2 * 6371000 * asin(sqrt(least(1.0,
        sin(radians(latitude_2 - latitude_1) / 2) ^ 2
        + cos(radians(latitude_1)) * cos(radians(latitude_2)) * sin(radians(longitude_2 - longitude_1) / 2) ^ 2)))
$$;

-- Where a device of this owner is, by its document; one without a position of its own stays where it was put. However
-- many locations there are, only those are looked at that lie within 200 m to the north or south: 0.0018°.
CREATE FUNCTION location_of(owner uuid, document jsonb, put_at uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN document ? 'location' THEN (
        SELECT location_id
          FROM (SELECT (document #>> '{location,latitude}')::float8 AS latitude,
                       (document #>> '{location,longitude}')::float8 AS longitude) AS here,
               location,
               metres_between(location.latitude, location.longitude, here.latitude, here.longitude) AS away
         WHERE user_id = owner AND location.latitude BETWEEN here.latitude - 0.0018 AND here.latitude + 0.0018
           AND away <= 200
         ORDER BY away, created_at, location_id
         LIMIT 1)
    ELSE put_at END
$$;
