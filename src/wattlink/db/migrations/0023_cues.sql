-- A partner may say that what a user had to do for a device is done.

ALTER TABLE device_preferences ADD COLUMN quiet_until timestamptz;  -- nobody is told to do it until then
