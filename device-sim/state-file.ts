/**
 * What survives when the simulator is killed: two-slot memories for boards whose contract asks for them, plain files replaced whole for
 * everything else, and the append-only journal of motor starts. Everything here is synchronous, because a board does nothing until its
 * memory has taken the write. This file must never look into what it stores.
 * Source: dispenser register contract, "NV storage: two CRC'd slots written alternately".
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { SiteError } from './site-error.ts';

/** Bytes of one slot with its header; a dispenser with a full magazine needs about 5 KiB. */
const slotBytes = 32 * 1024;
const headerBytes = 16;
const magic = 0x534e5631; // "SNV1"

/** `fsync`: on the disk before the write returns. `fast`: with the operating system, so it survives a kill but not a power cut. */
export type Durability = 'fsync' | 'fast';

/** A memory of two slots. `value` is what the newest whole slot holds, `undefined` when nothing was ever written. */
export interface SlotFile {
  readonly value: unknown;
  /** Writes the older slot. A cut at any byte leaves the newer one readable. */
  commit(value: unknown): void;
  close(): void;
}

interface Slot {
  readonly sequence: number;
  readonly value: unknown;
}

function encodeSlot(sequence: number, value: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(value));
  assert(headerBytes + body.length <= slotBytes, `a board memory of ${body.length} bytes does not fit its slot`);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(magic, 0);
  header.writeUInt32BE(sequence, 4);
  header.writeUInt32BE(body.length, 8);
  header.writeUInt32BE(crc32(body, crc32(header.subarray(4, 12))), 12);
  return Buffer.concat([header, body]);
}

function decodeSlot(bytes: Buffer): Slot | undefined {
  if (bytes.length < headerBytes || bytes.readUInt32BE(0) !== magic) return undefined;
  const length = bytes.readUInt32BE(8);
  if (headerBytes + length > bytes.length) return undefined;
  const body = bytes.subarray(headerBytes, headerBytes + length);
  if (crc32(body, crc32(bytes.subarray(4, 12))) !== bytes.readUInt32BE(12)) return undefined;
  return { sequence: bytes.readUInt32BE(4), value: JSON.parse(body.toString()) as unknown };
}

/** Writes, and says in one sentence why it cannot. @throws SiteError. */
function written(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SiteError(`the state file ${file} cannot be written (${why}); make room on its disk, or name another folder with --state`, { cause });
  }
}

/**
 * Opens or creates a two-slot memory; `commit` throws a SiteError when its disk does not take it.
 * @throws SiteError when both slots were written and neither is whole: that is not a power cut, and guessing would forge counters.
 */
export function openSlotFile(file: string, durability: Durability): SlotFile {
  const handle = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  const stored = fs.readFileSync(file);
  const images = [stored.subarray(0, slotBytes), stored.subarray(slotBytes, 2 * slotBytes)] as const;
  const slots = images.map(decodeSlot);
  // The first write of all goes to slot 0: torn, it leaves the file as good as new.
  if (slots.every((slot) => slot === undefined) && images[1].some((byte) => byte !== 0)) {
    fs.closeSync(handle);
    throw new SiteError(`the board memory ${file} is damaged in both slots; move it away to start with a factory-new board`);
  }
  const newest = (slots[1]?.sequence ?? -1) > (slots[0]?.sequence ?? -1) ? 1 : 0;
  let sequence = slots[newest]?.sequence ?? 0;
  let target: 0 | 1 = slots[newest] === undefined || newest === 1 ? 0 : 1;
  return {
    value: slots[newest]?.value,
    commit(value) {
      sequence += 1;
      const slot = encodeSlot(sequence, value);
      written(file, () => {
        fs.writeSync(handle, slot, 0, undefined, target * slotBytes);
        if (durability === 'fsync') fs.fdatasyncSync(handle);
      });
      target = target === 0 ? 1 : 0;
    },
    close: () => fs.closeSync(handle),
  };
}

/** Replaces `file` whole: whoever reads it sees the old content or the new, never half. @throws SiteError when it cannot be written. */
export function replaceJsonFile(file: string, value: unknown): void {
  const fresh = `${file}.new`;
  written(file, () => {
    fs.writeFileSync(fresh, JSON.stringify(value), { mode: 0o600 });
    fs.renameSync(fresh, file);
  });
}

/** @returns the content, or `undefined` when there is none. @throws SiteError when it is not JSON. */
export function loadJsonFile(file: string): unknown {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SiteError(`the state file ${file} cannot be read; check its permissions`, { cause });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SiteError(`the state file ${file} is damaged; move it away to start the village anew`, { cause });
  }
}

/** Adds one JSON line to `file`; on the medium as `durability` says before it returns. `append` throws a SiteError when it cannot. */
export function openJournal(file: string, durability: Durability): { append(entry: object): void; close(): void } {
  const handle = fs.openSync(file, 'a', 0o600);
  return {
    append(entry) {
      written(file, () => {
        fs.writeSync(handle, `${JSON.stringify(entry)}\n`);
        if (durability === 'fsync') fs.fdatasyncSync(handle);
      });
    },
    close: () => fs.closeSync(handle),
  };
}

/**
 * Makes the state folder.
 * @throws SiteError when that is impossible.
 */
export function openStateFolder(folder: string): string {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (cause) {
    throw new SiteError(`the state folder ${folder} cannot be written; name another one with --state`, { cause });
  }
  return path.resolve(folder);
}
