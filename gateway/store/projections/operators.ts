/** Operators: their roles, their own household and the badge they are known by. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE operator (
  operator TEXT PRIMARY KEY,
  roles TEXT NOT NULL,
  household TEXT,
  badge TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended'))
) STRICT, WITHOUT ROWID;
`;

const listed = (roles: readonly string[]): string => JSON.stringify(roles);

function prepare(db: Sqlite) {
  return {
    enrol: db.prepare("INSERT INTO operator (operator, roles, household, badge, state) VALUES (@enrolled, @roles, @household, @badge, 'active')"),
    change: db.prepare('UPDATE operator SET roles = @roles, household = @household WHERE operator = @changed'),
    rebadge: db.prepare('UPDATE operator SET badge = @badge WHERE operator = @changed'),
    suspend: db.prepare("UPDATE operator SET state = 'suspended' WHERE operator = @suspended"),
  };
}

export const operatorProjection = defineProjection({
  tables: ['operator'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'operator.enrolled': (rows, { enrolled, roles, household, badge }) => void rows.enrol.run({ enrolled, roles: listed(roles), household, badge }),
    'operator.changed': (rows, { changed, roles, household }) => void rows.change.run({ changed, roles: listed(roles), household }),
    'operator.badge.replaced': (rows, { changed, badge }) => void rows.rebadge.run({ changed, badge }),
    'operator.suspended': (rows, { suspended }) => void rows.suspend.run({ suspended }),
  },
});
