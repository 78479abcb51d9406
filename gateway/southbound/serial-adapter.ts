/**
 * Finds the device file of a serial adapter by what it is, each time anew, because a re-plugged adapter may come back under another number. It reads sysfs
 * itself: machines without udev have no /dev/serial/by-id, and SerialPort.list ends the process where udevadm is missing.
 * Source: Documentation/ABI/testing/sysfs-bus-usb of the Linux kernel; 60-serial.rules and usb_id of systemd-udevd for the names in by-id.
 */
import { access, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseUsbAddress } from '../../protocol/usb-address.ts';
import { GatewayError } from '../errors.ts';

/** Where the machine shows its devices; another pair in tests. */
export interface MachinePlaces {
  readonly sys: string;
  readonly dev: string;
}
const machinePlaces: MachinePlaces = { sys: '/sys', dev: '/dev' };

/** A serial port on a USB adapter. `usbPort` as in `1-1.4`; `byId` is the name udev would give it. */
export interface UsbSerialPort {
  readonly tty: string;
  readonly vendor: string;
  readonly product: string;
  readonly serial: string | undefined;
  readonly usbPort: string;
  readonly byId: string;
}

/** From the serial port up to its USB device there are two or three folders: port, interface, device. */
const foldersUpMax = 4;

/**
 * The device file to open now for a path of the site file: a device file as it is, an adapter by `usb:...`, a name in /dev/serial/by-id also without udev.
 * @throws GatewayError bus_closed when no adapter fits, or more than one.
 */
export async function findSerialPort(path: string, places: MachinePlaces = machinePlaces): Promise<string> {
  const address = parseUsbAddress(path);
  const byIdFolder = join(places.dev, 'serial', 'by-id');
  if (address === undefined && (dirname(path) !== byIdFolder || (await exists(path)))) return path;
  const fits = (port: UsbSerialPort): boolean => {
    if (address === undefined) return port.byId === basename(path);
    const { vendor, product, serial = port.serial, port: usbPort = port.usbPort } = address;
    return port.vendor === vendor && port.product === product && port.serial === serial && port.usbPort === usbPort;
  };
  const fitting = (await listUsbSerialPorts(places)).filter(fits);
  const [only] = fitting;
  if (only === undefined) throw new GatewayError('bus_closed', `No adapter ${path} is plugged in.`);
  if (fitting.length > 1) {
    const found = fitting.map(({ tty, usbPort, serial }) => `${tty} at port ${usbPort}${serial === undefined ? '' : `, serial ${serial}`}`);
    throw new GatewayError('bus_closed', `Several adapters are ${path}: ${found.join('; ')}.`, {
      hint: 'Name one by its serial number or its port: usb:VID:PID@PORT.',
    });
  }
  return join(places.dev, only.tty);
}

/** Every serial port on a USB adapter, in order of its name. */
export async function listUsbSerialPorts({ sys }: MachinePlaces = machinePlaces): Promise<readonly UsbSerialPort[]> {
  const folder = join(sys, 'class', 'tty');
  const names = await readdir(folder).catch(() => []);
  const ports = await Promise.all(names.toSorted().map((tty) => describePort(tty, join(folder, tty, 'device'))));
  return ports.filter((port) => port !== undefined);
}

/** Undefined for anything that does not stand on USB, or goes away meanwhile. */
async function describePort(tty: string, link: string): Promise<UsbSerialPort | undefined> {
  let folder = await realpath(link).catch(() => '');
  if (!folder.includes('/usb')) return undefined;
  let portNumber: string | undefined;
  let interfaceNumber = '00';
  for (let up = 0; up < foldersUpMax; up += 1, folder = dirname(folder)) {
    const vendor = await readAttribute(folder, 'idVendor');
    const product = await readAttribute(folder, 'idProduct');
    portNumber ??= await readAttribute(folder, 'port_number');
    interfaceNumber = (await readAttribute(folder, 'bInterfaceNumber')) ?? interfaceNumber;
    if (vendor === undefined || product === undefined) continue;
    const serial = await readAttribute(folder, 'serial');
    const names = [(await readAttribute(folder, 'manufacturer')) ?? vendor, (await readAttribute(folder, 'product')) ?? product, serial];
    const id = names
      .filter((name) => name !== undefined)
      .map(udevName)
      .join('_');
    const byId = `usb-${id}-if${interfaceNumber}${portNumber === undefined ? '' : `-port${portNumber}`}`;
    return { tty, vendor, product, serial, usbPort: basename(folder), byId };
  }
  return undefined;
}

/** udev turns runs of blanks, and each character a file name should not have, into one underscore. */
const udevName = (text: string) =>
  text
    .trim()
    .replace(/\s+/g, '_')
    .replace(/[^0-9A-Za-z#+\-.:=@_\u0080-\u{10ffff}]/gu, '_');

async function readAttribute(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
