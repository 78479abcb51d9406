// Without this the gateway's driver and the simulator's board could read one device map two ways, and only the demo would notice.
import { describe, expect, it } from 'vitest';
import { createBank } from '../../device-sim/register-bank.ts';
import { serveTcpLine } from '../../device-sim/serve-tcp.ts';
import { wireClock } from '../../gateway/clock.ts';
import { openDevice } from '../../gateway/southbound/device.ts';
import { openLine } from '../../gateway/southbound/line.ts';
import { deviceCatalogue, deviceModels } from '../../protocol/devices/catalogue.ts';
import type { DeviceMap } from '../../protocol/register-map.ts';

const kinds = ['rtu-over-tcp', 'modbus-tcp'] as const;

describe.each(kinds)('a gateway and a simulated board over %s', (kind) => {
  it.each(deviceModels)('agree on every readable field of %s, and on an address it does not have', async (model) => {
    const map: DeviceMap = deviceCatalogue[model];
    const bank = createBank(map);
    const unit = map.units.first;
    const board = { hasUnit: (asked: number) => asked === unit, service: (_unit: number, request: Parameters<typeof bank.answer>[0]) => bank.answer(request) };
    const listener = await serveTcpLine({ id: 'line-1', kind, host: '127.0.0.1', port: 0, line: board });
    const line = openLine({ id: 'line-1', transport: { kind, host: '127.0.0.1', port: listener.port, baud: 115_200 }, clock: wireClock });
    try {
      const device = openDevice({ id: model, line, unit, map, clock: wireClock });
      const names = Object.keys(map.fields).filter((name) => map.fields[name]?.access !== 'w');
      expect(await device.read(names, { priority: 'poll' })).toEqual(Object.fromEntries(names.map((name) => [name, bank.get(name)])));
      const timing = { priority: 'poll', deadlineMs: map.timeoutMs, guardMs: map.guardMs } as const;
      expect(await line.request(unit, { kind: 'read', space: 'holding', address: 0xfff0, count: 1 }, timing)).toEqual({ kind: 'exception', code: 2 });
      await expect(line.request(unit === 1 ? 2 : 1, { kind: 'read', space: 'holding', address: 0, count: 1 }, timing)).rejects.toMatchObject({
        code: 'bus_timeout',
      });
    } finally {
      await line.close();
      await listener.close();
    }
  });
});
