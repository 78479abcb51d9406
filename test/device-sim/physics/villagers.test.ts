// Without this, the demo village could quietly stop coming, jump the queue, or be served by luck of the clock, and the demo's promise with it.
import { describe, expect, test } from 'vitest';
import type { Act, Sight, Village, VisitOutcome } from '../../../device-sim/physics/village.ts';
import { gatherVillagers, resumeVillagers, stepVillagers, type Villagers } from '../../../device-sim/physics/villagers.ts';

const village: Village = {
  households: 365,
  dispensers: [{ dispenser: 'dispenser-1', reader: 'counter', capacity: 60 }],
  scales: [{ scale: 'scale-1', reader: 'scale-reader' }],
  bins: [
    { bin: 'bin-1', compartments: 4 },
    { bin: 'bin-2', compartments: 4 },
  ],
  materials: [{ code: 'M1:PAPER', leastGrams: 300, mostGrams: 6_000 }],
  pace: 60,
};
const stepMs = 100;
const hourMs = 3_600_000;
const rollTakesMs = 6_000;

/** Machines that do as they should: a roll falls `rollTakesMs` after a card that still has a right. */
class Machines {
  readonly log: { atMs: number; act: Act }[] = [];
  readonly outcomes = new Map<VisitOutcome, number>();
  readonly peaks = [0, 0];
  month = 24_312;
  lampOn = true;
  magazine = 0;
  tray = 0;
  store = 2_000;
  doorOpen = false;
  atMs = 0;
  villagers: Villagers;
  #rollInMs = Number.POSITIVE_INFINITY;
  readonly #drawn = new Set<number>();
  readonly #levels = [
    [700, 600, 400, 700],
    [500, 500, 500, 500],
  ];

  constructor(villagers: Villagers) {
    this.villagers = villagers;
  }

  run(durationMs: number): this {
    for (const endMs = this.atMs + durationMs; this.atMs < endMs; this.atMs += stepMs) {
      this.#rollInMs -= stepMs;
      if (this.#rollInMs <= 0) {
        this.#rollInMs = Number.POSITIVE_INFINITY;
        this.magazine -= 1;
        this.tray += 1;
      }
      const step = stepVillagers(this.villagers, village, this.#sight(), stepMs);
      this.villagers = step.villagers;
      for (const act of step.acts) this.#do(act);
    }
    return this;
  }

  count(outcome: VisitOutcome): number {
    return this.outcomes.get(outcome) ?? 0;
  }

  newMonth(): void {
    this.month += 1;
    this.#drawn.clear();
  }

  #sight(): Sight {
    const { lampOn, doorOpen, magazine, tray } = this;
    const motorOn = this.#rollInMs < rollTakesMs;
    return {
      month: this.month,
      dispensers: [{ lampOn, doorOpen, motorOn, throatBlocked: false, rollsInMagazine: magazine, rollsInTray: tray }],
      scales: [{ lampOn }],
      bins: this.#levels,
      rollsInStore: this.store,
    };
  }

  #do(act: Act): void {
    this.log.push({ atMs: this.atMs, act });
    if (act.kind === 'leave') this.outcomes.set(act.outcome, this.count(act.outcome) + 1);
    if (act.kind === 'takeRolls') this.tray = 0;
    if (act.kind === 'setDoor' && act.device === 'dispenser-1') this.doorOpen = act.open;
    if (act.kind === 'loadRoll') {
      expect(this.doorOpen).toBe(true);
      this.magazine += 1;
      this.store -= 1;
    }
    if (act.kind === 'showCard' && act.reader === 'counter' && !this.#drawn.has(act.household)) {
      expect(this.doorOpen, 'nobody comes while the keeper works').toBe(false);
      this.#drawn.add(act.household);
      this.#rollInMs = rollTakesMs;
    }
    this.#fill(act);
  }

  #fill(act: Act): void {
    if (act.kind !== 'throwIn' && act.kind !== 'emptyCompartment') return;
    const bin = act.bin === 'bin-1' ? 0 : 1;
    const levels = this.#levels[bin] ?? [];
    const level = act.kind === 'throwIn' ? (levels[act.compartment - 1] ?? 0) + act.permille : 0;
    expect(level).toBeLessThanOrEqual(1_000);
    levels[act.compartment - 1] = level;
    this.peaks[bin] = Math.max(this.peaks[bin] ?? 0, level);
  }
}

const acts = (machines: Machines, kind: Act['kind']) => machines.log.filter(({ act }) => act.kind === kind);

describe('a first-of-month morning', () => {
  test.each([1, 2, 3])('seed %i: more than 110 rolls and 120 weighings an hour at pace 60, first load first, and few in vain', (seed) => {
    const machines = new Machines(gatherVillagers(village, seed)).run(hourMs);
    expect(machines.count('served')).toBeGreaterThan(110);
    expect(machines.count('weighed')).toBeGreaterThan(120);
    expect(machines.count('empty_handed')).toBe(0);
    expect(machines.count('again_in_vain')).toBeLessThan(10);
    const [firstLoad] = acts(machines, 'loadRoll');
    const [firstCard] = machines.log.filter(({ act }) => act.kind === 'showCard' && act.reader === 'counter');
    expect(firstLoad?.atMs).toBeLessThan(firstCard?.atMs ?? 0);
    expect(firstCard?.atMs, 'five real seconds at pace 60').toBeLessThan(5 * 60_000);
    expect(Math.max(...machines.peaks), 'a bin fills').toBeGreaterThan(800);
  });

  test('equal seeds give equal mornings, others differ', () => {
    const [one, same, other] = [7, 7, 8].map((seed) => new Machines(gatherVillagers(village, seed)).run(hourMs).log);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('tray first, then card, then material, then off', () => {
    const machines = new Machines(gatherVillagers(village, 4)).run(hourMs / 6);
    const atScale = machines.log.flatMap(({ act }) => {
      if (act.kind === 'putOnTray') return act.grams > 0 ? ['load'] : ['off'];
      return (act.kind === 'showCard' && act.reader === 'scale-reader') || act.kind === 'scanMaterial' ? [act.kind] : [];
    });
    const visits = Math.floor(atScale.length / 4);
    expect(visits).toBeGreaterThan(15);
    expect(atScale.slice(0, visits * 4)).toEqual(Array.from({ length: visits }, () => ['load', 'showCard', 'scanMaterial', 'off']).flat());
  });

  test('everybody draws once a month, and a new month brings everybody again', () => {
    const machines = new Machines(gatherVillagers(village, 5)).run(5 * hourMs);
    const drawn = () => acts(machines, 'leave').flatMap(({ act }) => (act.kind === 'leave' && act.outcome === 'served' ? [act.household] : []));
    expect(drawn()).toHaveLength(365);
    expect(new Set(drawn()).size).toBe(365);
    expect(machines.count('again_in_vain')).toBeGreaterThan(3);
    machines.newMonth();
    machines.run(hourMs);
    expect(drawn().length).toBeGreaterThan(365 + 100);
  });

  test('nobody comes while the lamp is off', () => {
    const machines = new Machines(gatherVillagers(village, 6));
    machines.lampOn = false;
    machines.run(hourMs);
    expect(acts(machines, 'showCard')).toEqual([]);
    expect(acts(machines, 'loadRoll')).toEqual([]);
  });

  test('the keeper refills before the magazine is empty, and never beyond what it holds', () => {
    const machines = new Machines(gatherVillagers(village, 9));
    let [least, most] = [60, 0];
    machines.run(10 * 60_000);
    for (let minute = 0; minute < 180; minute += 1) {
      machines.run(60_000);
      least = Math.min(least, machines.magazine);
      most = Math.max(most, machines.magazine);
    }
    expect(least).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(60);
  });

  test('without rolls nobody stands in line', () => {
    const machines = new Machines(gatherVillagers(village, 10));
    machines.store = 0;
    machines.run(hourMs);
    expect(acts(machines, 'showCard').filter(({ act }) => act.kind === 'showCard' && act.reader === 'counter')).toEqual([]);
  });

  test('after a stop everybody who was not served is still to come, exactly once', () => {
    const machines = new Machines(gatherVillagers(village, 12)).run(hourMs + 3_700);
    const { random, month, turnout } = machines.villagers;
    const kept = JSON.parse(JSON.stringify({ random, month, turnout })) as typeof machines.villagers;
    const resumed = resumeVillagers(kept, village);
    const everybody = [...resumed.turnout.waiting, ...resumed.turnout.through].sort((a, b) => a - b);
    expect(everybody).toEqual(Array.from({ length: 365 }, (_unused, household) => household));
    expect(resumed.turnout.through).toEqual(turnout.through);
  });
});

describe('a keeper', () => {
  test('opens no door while the motor can be heard, and pushes a stuck roll back once it is still', () => {
    const small = { ...village, scales: [], bins: [] };
    const run = (motorOn: boolean) => {
      let villagers = gatherVillagers(small, 3);
      const kinds: string[] = [];
      const seen = { lampOn: true, doorOpen: false, motorOn, throatBlocked: true, rollsInMagazine: 20, rollsInTray: 0 };
      for (let atMs = 0; atMs < 60_000; atMs += stepMs) {
        const step = stepVillagers(villagers, small, { month: 1, dispensers: [seen], scales: [], bins: [], rollsInStore: 9 }, stepMs);
        villagers = step.villagers;
        kinds.push(...step.acts.map((act) => act.kind));
      }
      return kinds;
    };
    expect(run(true)).toEqual([]);
    expect(run(false).slice(0, 2)).toEqual(['setDoor', 'freeThroat']);
  });

  test('stops loading while nobody listens to the reader, and goes on when the lamp burns again', () => {
    const small = { ...village, scales: [], bins: [] };
    let villagers = gatherVillagers(small, 3);
    let loaded = 0;
    const live = (lampOn: boolean) => {
      const seen = { lampOn, doorOpen: loaded > 0, motorOn: false, throatBlocked: false, rollsInMagazine: loaded, rollsInTray: 0 };
      const step = stepVillagers(villagers, small, { month: 1, dispensers: [seen], scales: [], bins: [], rollsInStore: 99 }, stepMs);
      villagers = step.villagers;
      loaded += step.acts.filter(({ kind }) => kind === 'loadRoll').length;
    };
    for (let steps = 0; steps < 10_000 && loaded < 5; steps += 1) live(true);
    for (let steps = 0; steps < 1000; steps += 1) live(false);
    expect(loaded).toBe(5);
    for (let steps = 0; steps < 10_000 && loaded < 6; steps += 1) live(true);
    expect(loaded).toBe(6);
  });
});

describe('a dispenser that gives nothing', () => {
  test('everybody comes twice at most', () => {
    const small = { ...village, households: 12, scales: [], bins: [] };
    let villagers = gatherVillagers(small, 3);
    const cards: number[] = [];
    const seen = { lampOn: true, doorOpen: false, motorOn: false, throatBlocked: false, rollsInMagazine: 20, rollsInTray: 0 };
    for (let atMs = 0; atMs < 2 * hourMs; atMs += stepMs) {
      const step = stepVillagers(villagers, small, { month: 1, dispensers: [seen], scales: [], bins: [], rollsInStore: 0 }, stepMs);
      villagers = step.villagers;
      for (const act of step.acts) if (act.kind === 'showCard') cards.push(act.household);
      if (villagers.turnout.waiting.length === 0 && villagers.turnout.through.length === 12) break;
    }
    expect(cards.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_unused, household) => [household, household]).flat());
  });
});
