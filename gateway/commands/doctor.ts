/** `sifen doctor`: what is wrong with this gateway, and what to do about it. Changes nothing. */
import type { Command } from 'commander';
import { z } from 'zod';
import { timeQualities } from '../../protocol/signed-event.ts';
import { busSymptoms, describeSymptom } from '../core/bus-symptoms.ts';
import { byLevel, diagnoseMachine, diagnoseVillage, type Finding, type VillageFacts } from '../core/diagnosis.ts';
import { socketIn, standingOf } from '../data-folder.ts';
import { isGatewayError } from '../errors.ts';
import { examineMachine } from '../machine-facts.ts';
import { askGateway, noGateway } from '../web/socket-client.ts';
import { ask, print, siteOf, type VillageFlags, villageFlags } from './access.ts';

export function addDoctor(program: Command): void {
  villageFlags(program.command('doctor'))
    .description('Look at everything a technician would: disk, keys, ports, clock, ledger, uplink, lines and devices, with what to do about each.')
    .addHelpText('after', '\nExit code 1 when something needs a person now (marked with !!), 0 otherwise.\nExample:\n  sifen doctor --data sifen-data')
    .action(async (flags: VillageFlags) => {
      const findings = byLevel(await examine(flags));
      print(flags, findings, () => describe(findings));
      if (findings.some(({ level }) => level === 'bad')) process.exitCode = 1;
    });
}

async function examine(flags: VillageFlags): Promise<Finding[]> {
  const { config } = siteOf(flags);
  const status = await askGateway(socketIn(flags.data), 'status', {});
  const isServing = status !== noGateway;
  const facts = await examineMachine(flags.data, config, isServing);
  const machine = diagnoseMachine(facts);
  if (isServing) return [...machine, ...diagnoseVillage(villageFacts(status))];
  // A missing key is told above, and nothing can be opened without it.
  return facts.missingKeys.length > 0 ? machine : [...machine, ...(await examineFiles(flags))];
}

/** Opens the files as a command that only reads does: what keeps it from doing so will keep a gateway from starting. */
async function examineFiles(flags: VillageFlags): Promise<Finding[]> {
  if (standingOf(flags.data) === 'new') return [];
  try {
    await ask(flags, 'status', {});
    return [];
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    return [{ level: 'bad', code: 'folder_unusable', subject: 'data folder', what: error.message.replace(/\.$/, ''), todo: error.hint }];
  }
}

/** What doctor needs of a status; a gateway of another version may say more. */
const recent = z.object({ answered: z.number(), exceptions: z.number(), timeouts: z.number(), garbled: z.number() });
const traffic = { utilisation: z.number(), recent };
const statusSchema = z.looseObject({
  timeq: z.enum(timeQualities),
  problem: z.string().nullable(),
  uplink: z.looseObject({ state: z.enum(['connecting', 'online', 'offline']), backlog: z.number(), failure: z.string().optional() }),
  devices: z.array(
    z.looseObject({
      id: z.string(),
      state: z.enum(['unknown', 'online', 'offline']),
      note: z.string(),
      facts: z.looseObject({ locked: z.string().nullish(), symptom: z.enum(busSymptoms).nullish() }),
    }),
  ),
  bus: z
    .looseObject({
      lines: z.array(z.looseObject({ id: z.string(), open: z.boolean(), recentStrayBytes: z.number(), ...traffic })),
      devices: z.array(z.looseObject({ id: z.string(), unit: z.number(), ...traffic })),
      ports: z.array(z.looseObject({ id: z.string(), ...traffic })),
    })
    .nullable(),
  bins: z.array(z.looseObject({ bin: z.string(), compartment: z.number(), alarm: z.boolean() })),
});

/** What a running gateway's status says, as facts to judge; of traffic, how it went lately. @throws ZodError when it is no status. */
export function villageFacts(status: unknown): VillageFacts {
  const { timeq, problem, uplink, devices, bus, bins } = statusSchema.parse(status);
  const unitOf = (id: string) => bus?.devices.find((row) => row.id === id)?.unit ?? 0;
  return {
    ...{ timeq, problem, uplink },
    devices: devices.map(({ id, state, note, facts: { locked, symptom } }) => ({
      ...{ id, state, note, locked: locked ?? null },
      symptom: symptom == null ? null : describeSymptom(symptom, unitOf(id)),
    })),
    lines: (bus?.lines ?? []).map(({ id, open, recentStrayBytes, utilisation, recent }) => ({
      id,
      open,
      strayBytes: recentStrayBytes,
      utilisation,
      ...recent,
    })),
    traffic: [...(bus?.devices ?? []), ...(bus?.ports ?? [])].map(({ id, utilisation, recent }) => ({ id, utilisation, ...recent })),
    alarms: bins.filter(({ alarm }) => alarm),
  };
}

const marks = { bad: '!!', warn: ' !', ok: '  ' } as const;

function describe(findings: readonly Finding[]): string {
  const lines = findings.map(({ level, subject, what, todo }) => `${marks[level]} ${subject}: ${what}.${todo === null ? '' : `\n     ${todo}`}`);
  const bad = findings.filter(({ level }) => level === 'bad').length;
  const warn = findings.filter(({ level }) => level === 'warn').length;
  return [...lines, bad + warn === 0 ? 'Everything looked at is in order.' : `${bad} to mend now, ${warn} to keep an eye on.`].join('\n');
}
