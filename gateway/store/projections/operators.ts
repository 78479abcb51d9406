/** Operators: their roles, their own household and the badge they are known by. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE operator (
  operator TEXT PRIMARY KEY,
  roles TEXT NOT NULL,
  own_household TEXT,
  badge TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
  suspended_ms INTEGER,
  CHECK ((state = 'suspended') = (suspended_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
`;

const listed = (roles: readonly string[]): string => JSON.stringify(roles);

function prepare(db: Sqlite) {
  return {
    enrol: db.prepare("INSERT INTO operator (operator, roles, own_household, badge, state) VALUES (@enrolled, @roles, @ownHousehold, @badge, 'active')"),
    change: db.prepare('UPDATE operator SET roles = @roles, own_household = @ownHousehold WHERE operator = @changed'),
    rebadge: db.prepare('UPDATE operator SET badge = @badge WHERE operator = @changed'),
    suspend: db.prepare("UPDATE operator SET state = 'suspended', suspended_ms = @atMs WHERE operator = @suspended"),
  };
}

export const operatorProjection = defineProjection({
  tables: ['operator'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'operator.enrolled': (rows, { enrolled, roles, ownHousehold, badge }) => void rows.enrol.run({ enrolled, roles: listed(roles), ownHousehold, badge }),
    'operator.changed': (rows, { changed, roles, ownHousehold }) => void rows.change.run({ changed, roles: listed(roles), ownHousehold }),
    'operator.badge.replaced': (rows, { changed, badge }) => void rows.rebadge.run({ changed, badge }),
    'operator.suspended': (rows, { suspended }, { atMs }) => void rows.suspend.run({ suspended, atMs }),
  },
});
