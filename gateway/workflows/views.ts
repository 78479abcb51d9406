/** Every view of the village by name, subject by subject: what the HTTP API, the socket and the commands show. */
import type { View } from './view.ts';
import { bagViews } from './views/bags.ts';
import { exportViews } from './views/exports.ts';
import { gridViews } from './views/grid.ts';
import { handheldViews } from './views/handhelds.ts';
import { householdViews } from './views/households.ts';
import { operatorViews } from './views/operators.ts';
import { oversightViews } from './views/oversight.ts';
import { pickupViews } from './views/pickups.ts';
import { pointViews } from './views/points.ts';
import { roundViews } from './views/rounds.ts';
import { ruleViews } from './views/rules.ts';
import { shopViews } from './views/shop.ts';
import { sortingViews } from './views/sorting.ts';
import { takeBackViews } from './views/take-back.ts';

export const views = {
  ...operatorViews,
  ...householdViews,
  ...gridViews,
  ...bagViews,
  ...pointViews,
  ...ruleViews,
  ...shopViews,
  ...pickupViews,
  ...handheldViews,
  ...exportViews,
  ...roundViews,
  ...takeBackViews,
  ...oversightViews,
  ...sortingViews,
} as const;

export type ViewName = keyof typeof views;
export const viewNames = Object.keys(views) as readonly ViewName[];
/** @returns whether `name` is a view. */
export const isView = (name: string): name is ViewName => Object.hasOwn(views, name);
/** A view as `readView` takes it, whatever its input. */
export const viewOf = (name: ViewName): View => views[name] as unknown as View;
