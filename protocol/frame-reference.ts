/**
 * The frame protocols as markdown tables, for the generated protocol/REFERENCE.md. Everything printed comes from the descriptions the
 * driver and the simulator use, so the document cannot drift. It must never add a fact they do not hold.
 */
import { frameCatalogue } from './devices/catalogue.ts';
import type { AnyFrameDevice, FrameRow } from './frame-device.ts';

const cell = (text: string) => text.replaceAll('|', '\\|');
const directions = { fromDevice: 'from the device', toDevice: 'to the device' } as const;
const checks = { crc16: 'CRC-16', xor: 'exclusive or', sum: 'a sum', none: 'none' } as const;

function talkText({ talk, timeoutMs, guardMs }: AnyFrameDevice): string {
  if (talk === 'streams') return `It speaks unasked; after ${timeoutMs} ms of silence its last word is void.`;
  if (talk === 'asks') return `It asks, and must be answered within ${timeoutMs} ms.`;
  return `It answers within ${timeoutMs} ms; after a missed answer the line stays quiet for ${guardMs} ms.`;
}

function describeRow({ name, direction, layout, doc, source }: FrameRow): string {
  const meaning = source === undefined ? doc : `${doc} (${source})`;
  return `| ${[name, directions[direction], `\`${layout}\``, meaning].map(cell).join(' | ')} |`;
}

function describeDevice(device: AnyFrameDevice): string {
  const { model, title, kind, source, serial, reliability, check, frameBytesMax, notes, frames } = device;
  const format = `${serial.baud} baud, ${serial.dataBits}${serial.parity.charAt(0).toUpperCase()}${serial.stopBits}`;
  const facts = [
    `Source: ${source.document}, ${source.revision}. Kind: ${kind}${reliability === undefined ? '' : `, reliability class ${reliability}`}.`,
    `Line as delivered: ${format}. ${talkText(device)}`,
    `Check: ${checks[check]}. Longest frame: ${frameBytesMax} bytes.`,
  ];
  const table = ['| Frame | Direction | Bytes | Meaning |', '| --- | --- | --- | --- |', ...frames.map(describeRow)];
  return [`### ${model}: ${title}`, facts.join('\n'), notes.map((note) => `- ${note}`).join('\n'), table.join('\n')].join('\n\n');
}

/** All frame models as a markdown section, headed `## Devices with frames of their own`. The same text at every call. */
export const describeFrameDevices = (): string => `${['## Devices with frames of their own', ...frameCatalogue.map(describeDevice)].join('\n\n')}\n`;
