/**
 * Schema steps of the personal file. Applied forward only, never edited once released. Every BLOB of a person but the index is sealed
 * with that person's own key, so that losing `data_key` loses the person.
 */
export const personalMigrations = [
  {
    number: 1,
    sql: `
CREATE TABLE key_check (id INTEGER PRIMARY KEY CHECK (id = 1), tag BLOB NOT NULL CHECK (length(tag) = 32)) STRICT;
CREATE TABLE person (
  household TEXT PRIMARY KEY,
  number_index BLOB NOT NULL UNIQUE CHECK (length(number_index) = 32),
  data_key BLOB NOT NULL CHECK (length(data_key) = 60),
  number BLOB NOT NULL,
  head BLOB NOT NULL,
  phone BLOB,
  house BLOB,
  cards BLOB NOT NULL
) STRICT;
`,
  },
  {
    number: 2,
    sql: `
CREATE TABLE operator_secret (
  operator TEXT NOT NULL,
  badge TEXT NOT NULL,
  data_key BLOB NOT NULL CHECK (length(data_key) = 60),
  name BLOB NOT NULL,
  pin BLOB NOT NULL,
  household BLOB,
  PRIMARY KEY (operator, badge)
) STRICT;
`,
  },
] as const;
