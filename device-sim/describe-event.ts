/**
 * One line of plain text for each thing that happens at the site, for people who watch the simulator itself. Programs read the JSON
 * instead. It must never print a card.
 */
import type { SiteEvent } from './site-event.ts';

const outcomes = {
  served: 'has a roll',
  empty_handed: 'leaves without a roll',
  again_in_vain: 'came a second time and leaves without a roll',
  again_served: 'came a second time and has a roll',
  weighed: 'takes the goods off the tray',
} as const;

/** An order as a line: its name, then what it names. A card is a number here, never a code. */
const describeOrder = ({ do: name, ...rest }: { readonly do: string }): string =>
  [name, ...Object.values(rest).map((value) => (Array.isArray(value) ? `${value.length} labels` : String(value)))].join(' ');

/** The text after the time. */
export function describeEvent(event: SiteEvent): string {
  switch (event.event) {
    case 'listening':
      return `${event.line} on ${event.address}`;
    case 'ready':
      return 'ready';
    case 'link':
      return `${event.line} ${event.state}${event.reason === null ? '' : `: ${event.reason}`}`;
    case 'motor-start':
      return `${event.device} motor starts for ${event.job === null ? 'service' : `job ${event.job}`}`;
    case 'roll-out':
      return `${event.device} roll out: ${event.label} (${event.ctrOut} out, ${event.ctrTest} in service)`;
    case 'power':
      return `${event.device} power ${event.on ? 'on' : 'off'}`;
    case 'lock-pulse':
      return `${event.device} lock ${event.compartment} opens for ${event.pulseMs} ms`;
    case 'slip':
      return `${event.device} prints: ${event.lines.join(' | ')}`;
    case 'sms':
      return `${event.device} sends to ${event.number}: ${event.text}`;
    case 'scan':
      return `${event.reader} reads a ${event.what}${event.heard ? '' : ', and nobody listens'}`;
    case 'tray':
      return `${event.device} tray ${event.grams} g`;
    case 'door':
      return `${event.device} door ${event.open ? 'open' : 'closed'}`;
    case 'roll-loaded':
      return `${event.device} holds ${event.rolls} rolls`;
    case 'bin-emptied':
      return `${event.device} compartment ${event.compartment} emptied`;
    case 'smoke':
      return `${event.device} compartment ${event.compartment} ${event.on ? 'smokes' : 'smokes no more'}`;
    case 'fault':
      return `${event.fault} ${event.on ? 'injected' : 'cleared'}`;
    case 'visit':
      return `${event.place} household no. ${event.household + 1} ${outcomes[event.outcome]}`;
    case 'panel':
      return `panel on ${event.url}`;
    case 'step':
      return `> ${describeOrder(event.order)}${event.refused === null ? '' : `  REFUSED: ${event.refused}`}`;
    case 'expected':
      return `${event.met ? 'ok      ' : 'NOT MET '} ${event.text}; seen: ${event.seen}`;
    case 'played':
      return `scenario ${event.scenario} ${event.ok ? 'fulfilled' : 'NOT fulfilled'}`;
    case 'control':
      return event.ok ? `done: ${event.do}` : `refused: ${event.reason}`;
  }
}
