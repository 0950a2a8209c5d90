-- Files of mounted folders are shown by their tags at once and prepared later: an item has steps
-- only once it was begun.
ALTER TABLE items
    ADD COLUMN begun boolean NOT NULL DEFAULT true,
    ADD COLUMN urgency smallint NOT NULL DEFAULT 1,     -- domain Urgency
    ADD COLUMN listing text NOT NULL DEFAULT 'none'     -- domain Listing: what the catalog was told
        CHECK (listing IN ('none', 'due', 'listed')),
    ADD COLUMN sketch text NOT NULL DEFAULT '';         -- of its size and both its ends
CREATE INDEX items_to_glance_at ON items (position) WHERE listing = 'due';
CREATE INDEX items_to_begin ON items (urgency, position) WHERE NOT begun;
CREATE INDEX items_by_sketch ON items (library_id, sketch) WHERE sketch <> '';
CREATE INDEX items_to_begin_by_path ON items (library_id, source_path) WHERE NOT begun;
