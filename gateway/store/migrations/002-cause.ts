/** What asked for an event: the request that can be repeated without anything happening twice. Empty for what happened by itself. */
export const causeSql = `
ALTER TABLE event ADD COLUMN cause TEXT CHECK (cause IS NULL OR length(cause) BETWEEN 25 AND 81);
CREATE INDEX event_by_cause ON event (cause) WHERE cause IS NOT NULL;
`;
