/** Every story of the village by name, subject by subject: what the HTTP API, the socket, the commands and the year run all tell. */

import { bagStories } from './stories/bags.ts';
import { cardStories } from './stories/cards.ts';
import { evaluationStories } from './stories/evaluation.ts';
import { exportStories } from './stories/exports.ts';
import { foundBagStories } from './stories/found-bags.ts';
import { gridStories } from './stories/grid.ts';
import { handheldStories } from './stories/handhelds.ts';
import { householdLifeStories } from './stories/household-life.ts';
import { householdStories } from './stories/households.ts';
import { learningStories } from './stories/learning.ts';
import { operatorStories } from './stories/operators.ts';
import { oversightStories } from './stories/oversight.ts';
import { personStories } from './stories/persons.ts';
import { pickupStories } from './stories/pickups.ts';
import { pointStories } from './stories/points.ts';
import { roundStories } from './stories/rounds.ts';
import { ruleStories } from './stories/rules.ts';
import { shopStories } from './stories/shop.ts';
import { stationStories } from './stories/station.ts';
import { takeBackStories } from './stories/take-back.ts';
import { volunteerStories } from './stories/volunteering.ts';
import type { Story } from './story.ts';

export const stories = {
  ...operatorStories,
  ...handheldStories,
  ...exportStories,
  ...oversightStories,
  ...householdStories,
  ...cardStories,
  ...householdLifeStories,
  ...personStories,
  ...gridStories,
  ...bagStories,
  ...foundBagStories,
  ...learningStories,
  ...volunteerStories,
  ...evaluationStories,
  ...pointStories,
  ...shopStories,
  ...ruleStories,
  ...pickupStories,
  ...roundStories,
  ...stationStories,
  ...takeBackStories,
} as const;

export type StoryName = keyof typeof stories;
export const storyNames = Object.keys(stories) as readonly StoryName[];
/** @returns whether `name` is a story. */
export const isStory = (name: string): name is StoryName => Object.hasOwn(stories, name);
/** A story as `tellStory` takes it, whatever its input. */
export const storyOf = (name: StoryName): Story => stories[name] as unknown as Story;
