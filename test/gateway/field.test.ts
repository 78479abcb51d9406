// Lost if deleted: that what stands in a site file reaches the technician whatever it speaks. A line that is listened to could not be borrowed.
import { expect, it, onTestFinished } from 'vitest';
import { siteSchema } from '../../gateway/config.ts';
import { type LoadedSite, loadSite } from '../../gateway/config-file.ts';
import { openVillage } from '../../gateway/runtime.ts';
import { villageOptions } from '../support/live-village.ts';
import { makeFolder } from '../support/make-store.ts';

const demo = loadSite('config/demo.yaml');
const nowhere = { host: '127.0.0.1', port: 1 };

/** A village of a streaming scale, a lock board and a reader, none of which is there. */
function openField() {
  const config = siteSchema.parse({
    ...{ village: demo.config.village, gateway: demo.config.gateway, rules: demo.config.rules },
    lines: [{ id: 'scale-line', transport: { kind: 'tcp', ...nowhere, baud: 9600 } }],
    scales: [{ id: 'scale-1', line: 'scale-line', unit: 1, model: 'TOLEDO-C', minimumGrams: 50, maxGrams: 30_000, checkWeight: null }],
    parts: [{ id: 'locks-1', model: 'WKLY', transport: { kind: 'tcp', ...nowhere } }],
    readers: [{ id: 'scale-reader', serves: 'scale-1', role: 'counter', transport: { kind: 'tcp', ...nowhere } }],
  });
  const site: LoadedSite = { ...demo, config };
  const village = openVillage({ ...villageOptions(makeFolder()), site, withField: true, announce: false });
  onTestFinished(() => village.close());
  const { field } = village;
  if (field === null) throw new Error('no field');
  return field;
}

it('counts what passes on a port of its own as well, under the name of its device', () => {
  const { ports } = openField().bus();
  expect(ports).toMatchObject([{ id: 'locks-1', open: false, sent: 0, timeouts: 0, utilisation: 0 }]);
});

it('lends a line whose scale speaks unasked, and says of a device with its own port what is to be done', async () => {
  const { loans } = openField();
  const loan = await loans.borrow('scale-line', 'technician');
  expect(loan.transport).toMatchObject({ kind: 'tcp', ...nowhere });
  expect(loans.giveBack(loan.token)).toBe(true);
  for (const port of ['locks-1', 'scale-reader'])
    await expect(loans.borrow(port, 'technician')).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('Stop the gateway') as string });
});
