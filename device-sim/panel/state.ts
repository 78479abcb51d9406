/** What the panel shows of a site: places, devices with their registers by name and unit, and the faults in force. It changes nothing. */
import { type FieldRow, type FieldValue, rowsInOrder } from '../../protocol/register-map.ts';
import type { Board } from '../board.ts';
import type { Simulation } from '../simulation.ts';
import { ownLines, unitsOfBin } from '../site-file.ts';

/** One register, or one value of a face. */
interface Shown {
  readonly name: string;
  readonly value: FieldValue;
  readonly unit: string;
  /** Space and address, empty for a device without registers. */
  readonly place: string;
  readonly doc: string;
}

interface DeviceState {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  readonly line: string;
  /** null for what has no unit number, and for a bin of parts, which stands on no line itself. */
  readonly unit: number | null;
  readonly powered: boolean;
  /** Reader people show their cards to; null where none belongs to it. */
  readonly counter: string | null;
  readonly shown: readonly Shown[];
}

const unitOf = (row: FieldRow): string => ('unit' in row ? row.unit : '');

function shownBy(board: Board): readonly Shown[] {
  const values = board.fields();
  if (board.map === undefined) return Object.entries(values).map(([name, value]) => ({ name, value, unit: '', place: '', doc: '' }));
  return rowsInOrder(board.map).flatMap(([name, row]) => {
    const value = values[name];
    return value === undefined ? [] : [{ name, value, unit: unitOf(row), place: `${row.space} 0x${row.address.toString(16).padStart(4, '0')}`, doc: row.doc }];
  });
}

/** Everything at this instant, as plain JSON. */
export function describeSite({ description, site, desk, cards }: Simulation) {
  const { dispensers, vending, scales, bins } = description;
  const alone = [...vending, ...ownLines(description)].map(({ id, line }) => ({ id, line, unit: null, counter: null }));
  const rows = [...dispensers, ...scales, ...bins.flatMap(unitsOfBin).map((row) => ({ ...row, counter: null })), ...alone];
  const boards = site.boards();
  const devices = rows.flatMap((row): DeviceState[] => {
    const board = boards.get(row.id);
    if (board === undefined) return [];
    const { id, kind, model, isPowered } = board;
    return [{ id, kind, model, line: row.line, unit: row.unit, powered: isPowered, counter: row.counter, shown: shownBy(board) }];
  });
  // A bin put together from parts is acted on as a whole, and read part by part.
  const assembled = bins
    .filter(({ model }) => model === 'PARTS')
    .map(({ id }): DeviceState => ({ id, kind: 'bin', model: 'PARTS', line: '', unit: null, powered: true, counter: null, shown: [] }));
  const place = ({ id, listen }: { id: string; listen: string }) => ({ id, listen, cut: desk.isCut(id) });
  return {
    nowMs: site.nowMs,
    households: cards.length,
    materials: description.materials.map(({ code }) => code),
    // Which wire faults can befall it.
    lines: description.lines.map((row) => ({ ...place(row), faults: desk.wireFaultsOn(row.id) })),
    readers: description.readers.map(place),
    // Proxies before a broker, by name; none where the gateway does not reach its broker through us.
    networks: desk.networks.map((id) => ({ id })),
    devices: [...devices, ...assembled],
    faults: desk.inForce(),
  };
}
