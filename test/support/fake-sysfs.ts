/**
 * A folder that looks like the part of sysfs and /dev that says which adapter a serial port stands on. Layout as Linux 6 shows an FT232R and an
 * Arduino Uno: usb-serial ports have a folder of their own below the interface, CDC-ACM ports have none.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { MachinePlaces } from '../../gateway/southbound/serial-adapter.ts';

export interface FakeAdapter {
  readonly usbPort: string;
  readonly idVendor: string;
  readonly idProduct: string;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly serial?: string;
  /** Of a usb-serial adapter; CDC-ACM has none. */
  readonly portNumber?: number;
}

/** Shows `adapter` as `tty`. */
export function plugAdapter({ sys }: MachinePlaces, tty: string, { usbPort, portNumber, ...attributes }: FakeAdapter): void {
  const device = join(sys, 'devices/pci0000:00/0000:00:14.0/usb1', usbPort);
  const interfaceFolder = join(device, `${usbPort}:1.0`);
  const holder = portNumber === undefined ? interfaceFolder : join(interfaceFolder, tty);
  const node = join(holder, 'tty', tty);
  mkdirSync(node, { recursive: true });
  for (const [name, text] of Object.entries(attributes)) writeFileSync(join(device, name), `${text}\n`);
  writeFileSync(join(interfaceFolder, 'bInterfaceNumber'), '00\n');
  if (portNumber !== undefined) writeFileSync(join(holder, 'port_number'), `${portNumber}\n`);
  symlinkSync(relative(node, holder), join(node, 'device'));
  const list = join(sys, 'class/tty');
  mkdirSync(list, { recursive: true });
  symlinkSync(relative(list, node), join(list, tty));
}

/** Takes it away again. */
export function unplugAdapter({ sys }: MachinePlaces, tty: string): void {
  rmSync(join(sys, 'class/tty', tty));
}
