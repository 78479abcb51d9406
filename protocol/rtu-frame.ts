/** CRC-16/MODBUS */
/** CRC-16/MODBUS of the bytes, 0..65535 (Modbus over Serial Line V1.02 section 6.2.2: polynomial 0xA001 reflected, start 0xFFFF). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
