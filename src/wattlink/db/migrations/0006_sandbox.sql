-- Sandbox applications, whose time can be advanced.

ALTER TABLE application
    ADD COLUMN is_sandbox boolean NOT NULL DEFAULT false,
    ADD COLUMN clock_ahead interval NOT NULL DEFAULT '0',  -- how far its time was advanced
    ADD CONSTRAINT application_in_real_time CHECK (is_sandbox OR clock_ahead = '0');
