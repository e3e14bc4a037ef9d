-- Forms: a session may prefer a form of ours to the vendor's own page, where there is a choice.

ALTER TABLE link_session ADD COLUMN prefers_form boolean NOT NULL DEFAULT false;
