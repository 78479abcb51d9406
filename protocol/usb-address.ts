/**
 * How a site file names a serial adapter by what it is, not by the number the machine happened to give it: `usb:VID:PID`, with `:SERIAL` where there are
 * several of a kind, or `@PORT`, the socket it is plugged into, where the kind has no serial numbers (CH340). Only the spelling; nothing is looked up here.
 * Source of the port names: Documentation/driver-api/usb/usb.rst of the Linux kernel, "1-1.4" for bus 1, root port 1, port 4 of the hub there.
 */

/** One adapter. `vendor` and `product` are four lower case hex digits. */
export interface UsbAddress {
  readonly vendor: string;
  readonly product: string;
  readonly serial: string | undefined;
  readonly port: string | undefined;
}

export const usbPrefix = 'usb:';
const spelling = /^usb:(?<vendor>[0-9a-f]{4}):(?<product>[0-9a-f]{4})(?::(?<serial>[^@\s/]{1,64}))?(?:@(?<port>\d{1,3}-\d{1,3}(?:\.\d{1,3})*))?$/i;

/** Reads an address; undefined when it is not spelt like one. */
export function parseUsbAddress(text: string): UsbAddress | undefined {
  const { vendor, product, serial, port } = spelling.exec(text)?.groups ?? {};
  return vendor === undefined || product === undefined ? undefined : { vendor: vendor.toLowerCase(), product: product.toLowerCase(), serial, port };
}
