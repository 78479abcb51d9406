/** The one-byte XOR check of vending and lock boards and of some weighing indicators. It sees every single wrong byte, and neither two that cancel nor bytes that change places. */

/** XOR of all bytes. */
export const xorOf = (bytes: Uint8Array | readonly number[]): number => {
  let xor = 0;
  for (const byte of bytes) xor ^= byte;
  return xor;
};
