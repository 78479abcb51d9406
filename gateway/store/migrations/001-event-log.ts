/** The event log, which is the truth, and the two kinds of state that are not derived from it: forwarding cursors and village time. */
export const eventLogSql = `
CREATE TABLE event (
  seq INTEGER PRIMARY KEY CHECK (seq >= 1),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  at_ms INTEGER NOT NULL CHECK (at_ms >= 0),
  timeq TEXT NOT NULL CHECK (timeq IN ('ntp', 'rtc', 'operator', 'hold', 'none')),
  boot INTEGER NOT NULL CHECK (boot >= 0),
  hlc TEXT NOT NULL CHECK (length(hlc) = 16),
  leaf BLOB NOT NULL CHECK (length(leaf) = 32),
  envelope BLOB NOT NULL
) STRICT;
CREATE INDEX event_by_name ON event (name, seq);
-- Three guards, since INSERT OR REPLACE would slip past the first two. They stop our own mistakes; evidence comes from the chain.
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_no_replace BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)
  BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL CHECK (seq >= 0)) STRICT, WITHOUT ROWID;
CREATE TABLE village_time (id INTEGER PRIMARY KEY CHECK (id = 1), at_ms INTEGER NOT NULL CHECK (at_ms >= 0)) STRICT;
CREATE TABLE projection (id INTEGER PRIMARY KEY CHECK (id = 1), digest TEXT NOT NULL) STRICT;
`;
