// Without this a re-plugged adapter that comes back under another number would stay lost, or a line could be opened on somebody else's adapter.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findSerialPort, listUsbSerialPorts } from '../../../gateway/southbound/serial-adapter.ts';
import { parseUsbAddress } from '../../../protocol/usb-address.ts';
import { plugAdapter, unplugAdapter } from '../../support/fake-sysfs.ts';

function startMachine() {
  const root = mkdtempSync(join(tmpdir(), 'sifen-sysfs-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const places = { sys: join(root, 'sys'), dev: join(root, 'dev') };
  // What every machine has besides: a virtual terminal without a device, and a UART on the board.
  mkdirSync(join(places.sys, 'class/tty/tty0'), { recursive: true });
  const uart = join(places.sys, 'devices/pnp0/00:03/tty/ttyS0');
  mkdirSync(uart, { recursive: true });
  symlinkSync(relative(uart, join(uart, '../..')), join(uart, 'device'));
  symlinkSync(relative(join(places.sys, 'class/tty'), uart), join(places.sys, 'class/tty/ttyS0'));
  return places;
}
const ch340 = { usbPort: '1-1.2', idVendor: '1a86', idProduct: '7523', product: 'USB Serial', portNumber: 0 };
const ftdi = { usbPort: '1-1.3', idVendor: '0403', idProduct: '6001', manufacturer: 'FTDI', product: 'FT232R USB UART', serial: 'A9014L3M', portNumber: 0 };

// Names as Linux machines list them in /dev/serial/by-id for these adapters.
it.each([
  ['usb-FTDI_FT232R_USB_UART_A9014L3M-if00-port0', ftdi],
  ['usb-1a86_USB_Serial-if00-port0', ch340],
  [
    'usb-Silicon_Labs_CP2102_USB_to_UART_Bridge_Controller_0001-if00-port0',
    { ...ftdi, manufacturer: 'Silicon Labs', product: 'CP2102 USB to UART Bridge Controller', serial: '0001' },
  ],
  [
    'usb-Arduino__www.arduino.cc__0043_85334343638351804042-if00',
    { usbPort: '2-3', idVendor: '2341', idProduct: '0043', manufacturer: 'Arduino (www.arduino.cc)', serial: '85334343638351804042' },
  ],
])('finds %s without udev', async (name, adapter) => {
  const places = startMachine();
  plugAdapter(places, 'ttyX0', adapter);
  expect(await findSerialPort(join(places.dev, 'serial/by-id', name), places)).toBe(join(places.dev, 'ttyX0'));
});

it('leaves a name in by-id to udev where there is one, and any other path as it is', async () => {
  const places = startMachine();
  const byId = join(places.dev, 'serial/by-id/usb-anything');
  mkdirSync(dirname(byId), { recursive: true });
  writeFileSync(byId, '');
  expect(await findSerialPort(byId, places)).toBe(byId);
  expect(await findSerialPort('/dev/ttyS0', places)).toBe('/dev/ttyS0');
});

it('finds an adapter again under another number', async () => {
  const places = startMachine();
  plugAdapter(places, 'ttyUSB0', ch340);
  expect(await findSerialPort('usb:1A86:7523', places)).toBe(join(places.dev, 'ttyUSB0'));
  unplugAdapter(places, 'ttyUSB0');
  await expect(findSerialPort('usb:1a86:7523', places)).rejects.toMatchObject({ code: 'bus_closed', message: expect.stringContaining('usb:1a86:7523') });
  plugAdapter(places, 'ttyUSB7', ch340);
  expect(await findSerialPort('usb:1a86:7523', places)).toBe(join(places.dev, 'ttyUSB7'));
});

it('tells twins apart by serial number or by port, and never picks one of them by itself', async () => {
  const places = startMachine();
  plugAdapter(places, 'ttyUSB0', ch340);
  plugAdapter(places, 'ttyUSB1', { ...ch340, usbPort: '1-1.4' });
  plugAdapter(places, 'ttyUSB2', ftdi);
  plugAdapter(places, 'ttyUSB3', { ...ftdi, usbPort: '1-2', serial: 'B2' });
  expect(await findSerialPort('usb:1a86:7523@1-1.4', places)).toBe(join(places.dev, 'ttyUSB1'));
  expect(await findSerialPort('usb:0403:6001:B2', places)).toBe(join(places.dev, 'ttyUSB3'));
  await expect(findSerialPort('usb:1a86:7523', places)).rejects.toMatchObject({
    message: expect.stringMatching(/ttyUSB0 at port 1-1\.2.*ttyUSB1 at port 1-1\.4/),
  });
  await expect(findSerialPort(join(places.dev, 'serial/by-id/usb-1a86_USB_Serial-if00-port0'), places)).rejects.toMatchObject({ code: 'bus_closed' });
  await expect(findSerialPort('usb:0403:6001:b2', places)).rejects.toMatchObject({ code: 'bus_closed' });
  expect((await listUsbSerialPorts(places)).map(({ tty }) => tty)).toEqual(['ttyUSB0', 'ttyUSB1', 'ttyUSB2', 'ttyUSB3']);
});

it('lists nothing where there is no sysfs', async () => expect(await listUsbSerialPorts({ sys: '/nowhere', dev: '/nowhere' })).toEqual([]));

it.each([
  'usb:',
  'usb:1a86',
  'usb:1a86:752',
  'usb:1a86:7523:',
  'usb:1a86:7523@',
  'usb:1a86:7523@port',
  'usb:1a86:7523:a b',
  ' usb:1a86:7523',
  '/dev/usb:1a86:7523',
])('does not take %j for an adapter', (text) => expect(parseUsbAddress(text)).toBeUndefined());
