// Without this a dead unit could stall its line, a wrong word could become a weight, or a command of unknown outcome could look unsent.
import { afterEach, describe, expect, it } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import type { HealthState } from '../../../gateway/core/device-health.ts';
import { openDevice } from '../../../gateway/southbound/device.ts';
import { type Line, openLine } from '../../../gateway/southbound/line.ts';
import { climateTenths } from '../../../protocol/devices/climate-rh.ts';
import { scaleWcn } from '../../../protocol/devices/scale-wcn.ts';
import { honest, type Script, type ScriptedSlave, startScriptedSlave, withCrc } from '../../support/scripted-slave.ts';

const slaves: ScriptedSlave[] = [];
const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
  for (const slave of slaves.splice(0)) await slave.stop();
});

async function start(script: Script) {
  const slave = await startScriptedSlave('mbap', script);
  const line = openLine({ id: 'line-1', transport: { kind: 'modbus-tcp', host: '127.0.0.1', port: slave.port }, clock: wireClock });
  slaves.push(slave);
  lines.push(line);
  const states: HealthState[] = [];
  const scale = openDevice({ id: 'scale-1', line, unit: 1, map: scaleWcn, clock: wireClock, onHealth: ({ state }) => states.push(state) });
  return { slave, line, scale, states };
}
const words = (...values: readonly number[]) => withCrc(1, 3, values.length * 2, ...values.flatMap((value) => [value >> 8, value & 0xff]));
const poll = { priority: 'poll' } as const;
const weighing = { priority: 'weighing' } as const;

describe('a device', () => {
  it('never writes what wears its memory from a poll loop', async () => {
    const { slave, line } = await start(honest);
    const sensor = openDevice({ id: 'air-1', line, unit: 1, map: climateTenths, clock: wireClock });
    await expect(sensor.write({ unitNumber: 7 }, poll)).rejects.toThrow('air-1: unitNumber wears');
    expect(slave.requests).toEqual([]);
    await sensor.write({ unitNumber: 7 }, { priority: 'actuation' });
    expect(slave.requests).toHaveLength(1);
  });

  it('reads typed fields in as few requests as the map allows, with the words they came from', async () => {
    const { slave, scale, states } = await start((request) => [{ rtu: request.readUInt16BE(2) === 8 ? words(0x0023) : words(0xffff, 0xc1ef, 0, 132, 0, 5) }]);
    const { values, rawHex } = await scale.readRaw(['status', 'gross', 'net', 'tare'], weighing);
    expect(values).toMatchObject({ gross: -15_889, net: 132, tare: 5, status: { decimals: 3, unstable: true, overload: false } });
    expect(rawHex).toBe('0008:0023 0050:ffffc1ef0000008400000005');
    expect(slave.requests.map((request) => request.subarray(2, 6).toString('hex'))).toEqual(['00080001', '00500006']);
    expect(await scale.read(['gross'], weighing)).toMatchObject({ gross: -15_889 });
    expect(states).toEqual(['online']);
  });

  it('refuses a word outside its map, naming the field, and is still online', async () => {
    const { scale } = await start(() => [{ rtu: words(99) }]);
    await expect(scale.read(['divisionCode'], poll)).rejects.toMatchObject({ code: 'device_value', message: expect.stringContaining('W-CN.divisionCode') });
    expect(scale.health().state).toBe('online');
  });

  it('tells an exception with its code; the device is online', async () => {
    const { scale } = await start(() => [{ rtu: withCrc(1, 0x90, 6) }]);
    await expect(scale.write({ executeZero: 1 }, { priority: 'actuation' })).rejects.toMatchObject({ code: 'device_exception', exceptionCode: 6 });
    expect(scale.health().state).toBe('online');
  });

  it.each([4, 5])('cannot say whether a write was obeyed that ended in exception %i, while a read was plainly refused', async (code) => {
    const { scale } = await start((request) => [{ rtu: withCrc(1, (request[1] ?? 0) | 0x80, code) }]);
    const write = scale.write({ executeZero: 1 }, { priority: 'actuation' });
    await expect(write).rejects.toMatchObject({ code: 'bus_write_unknown', cause: { code: 'device_exception', exceptionCode: code } });
    await expect(scale.read(['status'], poll)).rejects.toMatchObject({ code: 'device_exception', exceptionCode: code });
    expect(scale.health().state).toBe('online');
    expect(scale.traffic()).toMatchObject({ sent: 2, exceptions: 2 });
  });

  it('never says “never sent” or “refused” of a write whose first part was obeyed', async () => {
    const calledOff = new AbortController();
    const twoParts = { tare: 5, executeZero: 1 };
    const { scale } = await start((request, count, adu) => (count === 1 ? honest(request, count, adu) : [{ rtu: withCrc(1, (request[1] ?? 0) | 0x80, 2) }]));
    await expect(scale.write(twoParts, { priority: 'actuation' })).rejects.toMatchObject({ code: 'bus_write_unknown', cause: { code: 'device_exception' } });
    const other = await start((request, count, adu) => {
      calledOff.abort();
      return honest(request, count, adu);
    });
    const write = other.scale.write(twoParts, { priority: 'actuation', signal: calledOff.signal });
    await expect(write).rejects.toMatchObject({ code: 'bus_write_unknown' });
  });

  it('counts a gateway’s "target failed to respond" as silence, and a write then as unknown', async () => {
    const { slave, scale } = await start((request) => [{ rtu: withCrc(1, (request[1] ?? 0) | 0x80, 11) }]);
    for (let n = 0; n < 3; n++) await expect(scale.read(['status'], poll)).rejects.toMatchObject({ code: 'bus_timeout' });
    await expect(scale.write({ executeZero: 1 }, weighing)).rejects.toMatchObject({ code: 'bus_write_unknown' });
    expect(scale.health().state).toBe('offline');
    expect(slave.connections()).toBe(1);
  });

  it('writes what the map says, and never what it forbids', async () => {
    const { slave, scale } = await start(honest);
    await scale.write({ executeZero: 1 }, { priority: 'actuation' });
    // W-CN transmitter manual: execute zero.
    expect(slave.requests[0]?.toString('hex')).toBe('0110005e00010200016aee');
    await expect(scale.write({ executeZero: 256 }, { priority: 'actuation' })).rejects.toThrow(RangeError);
    expect(slave.requests).toHaveLength(1);
  });

  it('is offline after three silences, asks no more spans of a dead unit, and refuses polls meanwhile, but not a weighing', async () => {
    let isDead = true;
    const { slave, scale, states } = await start((request, count, adu) => (isDead ? [] : honest(request, count, adu)));
    for (let n = 0; n < 3; n++) await expect(scale.read(['status', 'gross'], poll)).rejects.toMatchObject({ code: 'bus_timeout' });
    expect(slave.requests).toHaveLength(3);
    await expect(scale.read(['status'], poll)).rejects.toMatchObject({ code: 'device_backing_off' });
    expect(slave.requests).toHaveLength(3);
    await expect(scale.read(['gross'], weighing)).rejects.toMatchObject({ code: 'bus_timeout' });
    isDead = false;
    expect(await scale.read(['gross'], weighing)).toMatchObject({ gross: 0x0050_0051 });
    expect(await scale.read(['gross'], poll)).toMatchObject({ gross: 0x0050_0051 });
    expect(states).toEqual(['offline', 'online']);
  });

  it('lets one poll try an offline device and spares the others the wait', async () => {
    const { slave, scale } = await start(() => []);
    for (let n = 0; n < 3; n++) await expect(scale.read(['gross'], poll)).rejects.toMatchObject({ code: 'bus_timeout' });
    await wireClock.sleep(1100, 'the first pause');
    const tries = await Promise.allSettled([scale.read(['gross'], poll), scale.read(['gross'], poll)]);
    expect(tries).toMatchObject([{ reason: { code: 'bus_timeout' } }, { reason: { code: 'device_backing_off' } }]);
    expect(slave.requests).toHaveLength(4);
  });

  it('goes offline with its line although nobody asks it, and is tried at once when the line is back although it had been given up', async () => {
    const { slave, line, scale, states } = await start((request, count, adu) => (count === 1 ? honest(request, count, adu) : []));
    await scale.read(['gross'], poll);
    await slave.stop();
    await expect.poll(() => states).toEqual(['online', 'offline']);
    const silent = await startScriptedSlave('mbap', () => [], slave.port);
    await expect.poll(() => line.state().open, { timeout: 5000 }).toBe(true);
    for (let n = 0; n < 5; n++) await expect(scale.read(['gross'], weighing)).rejects.toMatchObject({ code: 'bus_timeout' });
    await silent.stop();
    await expect.poll(() => line.state().open).toBe(false);
    slaves.push(await startScriptedSlave('mbap', honest, slave.port));
    await expect.poll(() => line.state().open, { timeout: 5000 }).toBe(true);
    expect(await scale.read(['gross'], poll)).toMatchObject({ gross: 0x0050_0051 });
    expect(states).toEqual(['online', 'offline', 'online']);
  });

  it('starts without a wait for a port that is not there, and serves within 5 s of its appearing', async () => {
    const vacant = await startScriptedSlave('mbap', honest);
    await vacant.stop();
    const line = openLine({ id: 'line-1', transport: { kind: 'modbus-tcp', host: '127.0.0.1', port: vacant.port }, clock: wireClock });
    lines.push(line);
    const scale = openDevice({ id: 'scale-1', line, unit: 1, map: scaleWcn, clock: wireClock });
    await expect(scale.read(['gross'], poll)).rejects.toMatchObject({ code: 'bus_closed' });
    expect(scale.health().state).toBe('offline');
    await wireClock.sleep(2000, 'the longest pause between tries');
    slaves.push(await startScriptedSlave('mbap', honest, vacant.port));
    await expect.poll(() => scale.read(['gross'], poll).catch(() => undefined), { timeout: 5000 }).toMatchObject({ gross: 0x0050_0051 });
  });

  it('says nothing of a device whose request was called off', async () => {
    const { scale } = await start(() => []);
    await expect(scale.read(['gross'], { ...poll, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'bus_cancelled' });
    expect(scale.health()).toMatchObject({ state: 'unknown', failures: 0 });
  });
});
