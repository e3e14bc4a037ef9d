-- Forms: a session may prefer a form of ours to the vendor's own page, where there is a choice; and sites that an
-- application lists may show its pages within a frame.

ALTER TABLE link_session ADD COLUMN prefers_form boolean NOT NULL DEFAULT false;

ALTER TABLE application ADD COLUMN frame_origins text[] NOT NULL DEFAULT '{}';  -- empty: no site may
