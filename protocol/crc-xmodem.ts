/** CRC-16/XMODEM, the check of Grow reader modules: polynomial 0x1021, start 0, high bit first. Source: GM65 user manual, 8 Serial port instruction. */

export function crcXmodem(bytes: Uint8Array | readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}
