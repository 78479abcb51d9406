/**
 * Every story and view of the village as a subcommand: `shop.hold` is `sifen shop hold`. Options are made from what the story asks; a PIN is
 * never one of them. The same story runs over the HTTP API.
 */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { sayRefusal } from '../core/refusals.ts';
import { describeEvent, languageOf } from '../core/timeline.ts';
import { GatewayError } from '../errors.ts';
import { storyNames, storyOf } from '../workflows/stories.ts';
import type { Told } from '../workflows/story.ts';
import type { Seen } from '../workflows/view.ts';
import { viewNames, viewOf } from '../workflows/views.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';
import { askNewSecret, askSecret } from './secret-prompt.ts';
import { addFieldOptions, asksForPin, inputOf } from './story-options.ts';

type Flags = VillageFlags & { readonly operator: string; readonly secondBadge?: string; readonly key?: string } & Readonly<Record<string, unknown>>;

export function addStories(program: Command): void {
  for (const name of storyNames) addStory(program, name);
  for (const name of viewNames) addView(program, name);
}

/** The command a dotted name stands for, made where it is missing: the last word is the subcommand, what comes before its group. */
function commandFor(program: Command, name: string, title: string): Command {
  const [group = '', ...rest] = name.split('.');
  const parent = program.commands.find((command) => command.name() === group) ?? program.command(group).description(`Stories and views of ${group}.`);
  return parent.command(rest.join('-')).description(title);
}

function addStory(program: Command, name: (typeof storyNames)[number]): void {
  const story = storyOf(name);
  const { zh, en } = story.title;
  const command = commandFor(program, name, `${en} (${zh})${story.rules.length === 0 ? '' : `, ${story.rules.join(', ')}`}.`);
  addFieldOptions(command, story.input);
  villageFlags(operatorFlag(command))
    .option('--second-badge <code>', 'badge of the second person, where a rule asks for one; the PIN is asked for, or taken from SIFEN_SECOND_PIN')
    .option('--key <key>', 'name of this request: asked again under it, nothing happens twice')
    .action(async (flags: Flags) => {
      const input = inputOf(story.input, flags);
      if (asksForPin(story.input)) input['pin'] = await askNewSecret('SIFEN_PIN', 'PIN: ');
      const second =
        flags.secondBadge === undefined ? null : { badge: flags.secondBadge, pin: await askSecret('SIFEN_SECOND_PIN', 'PIN of the second person: ') };
      const order = { story: name, input, operator: flags.operator, second, key: flags.key ?? randomUUID() };
      show(flags, (await ask(flags, 'story.tell', order)) as Told);
    });
}

function addView(program: Command, name: (typeof viewNames)[number]): void {
  const view = viewOf(name);
  const command = commandFor(program, name, `${view.title.en} (${view.title.zh}).`);
  addFieldOptions(command, view.input);
  villageFlags(operatorFlag(command)).action(async (flags: Flags) => {
    const seen = (await ask(flags, 'view.read', { view: name, input: inputOf(view.input, flags), operator: flags.operator })) as Seen;
    if (seen.ok) print(flags, seen.shown, () => JSON.stringify(seen.shown, null, 2));
    else refused(flags, seen);
  });
}

function show(flags: Flags, told: Told): void {
  if (!told.ok) {
    refused(flags, told);
    return;
  }
  const language = languageOf(process.env['LANG']);
  const lines = told.events.map(({ name, data }) => describeEvent({ name, subject: '', data } as Parameters<typeof describeEvent>[0], language));
  print(
    flags,
    told,
    () => [...lines, ...(told.repeated ? ['This request was carried out before; nothing happened again.'] : [])].join('\n') || 'Nothing had to be changed.',
  );
}

/** @throws GatewayError usage naming the fields of a bad input. */
function refused(flags: Flags, no: Extract<Told, { ok: false }>): void {
  if ('issues' in no)
    throw new GatewayError('usage', no.issues.map(({ path, message }) => `${path === '' ? 'the input' : path}: ${message}`).join('; '), {
      hint: 'Nothing was changed.',
    });
  const said = sayRefusal(no.refusal);
  print(flags, no, () => (languageOf(process.env['LANG']) === 'zh' ? said.zh : said.en));
  process.exitCode = 1;
}
