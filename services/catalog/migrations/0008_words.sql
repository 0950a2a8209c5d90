-- A mistyped word is compared with the words there are, not with every name.

-- Words of names, now or once: one that no name holds any more finds nothing, which does no harm.
CREATE TABLE words (word text PRIMARY KEY);
CREATE INDEX words_alike ON words USING gin (word gin_trgm_ops);

CREATE INDEX artists_by_word ON artists USING gin (string_to_array(search_text, ' '));
CREATE INDEX albums_by_word ON albums USING gin (string_to_array(search_text, ' '));
CREATE INDEX tracks_by_word ON tracks USING gin (string_to_array(search_text, ' '));

CREATE FUNCTION keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO words SELECT word FROM string_to_table(NEW.search_text, ' ') AS word
    WHERE length(word) > 3 ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER words AFTER INSERT OR UPDATE OF search_text ON artists
    FOR EACH ROW EXECUTE FUNCTION keep_words();
CREATE TRIGGER words AFTER INSERT OR UPDATE OF search_text ON albums
    FOR EACH ROW EXECUTE FUNCTION keep_words();
CREATE TRIGGER words AFTER INSERT OR UPDATE OF search_text ON tracks
    FOR EACH ROW EXECUTE FUNCTION keep_words();

INSERT INTO words
SELECT DISTINCT word FROM (
    SELECT search_text FROM artists
    UNION ALL SELECT search_text FROM albums
    UNION ALL SELECT search_text FROM tracks
) AS names, string_to_table(search_text, ' ') AS word
WHERE length(word) > 3;
