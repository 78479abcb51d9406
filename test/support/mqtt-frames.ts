// MQTT 3.1.1 on the wire, read without the library under test; without it nobody could see what was really sent and acknowledged.

/** Packet types of section 2.2.1 that tests look for. */
export const packetType = { publish: 3, puback: 4, disconnect: 14 } as const;

/** Returns a function to feed with bytes, however cut, that calls `onFrame` for each whole packet. */
export function readFrames(onFrame: (type: number, body: Buffer) => void): (bytes: Buffer) => void {
  let pending = Buffer.alloc(0);
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (;;) {
      const lengthBytes = pending.subarray(1, 5).findIndex((byte) => byte < 128) + 1;
      const length = [...pending.subarray(1, 1 + lengthBytes)].reduce((sum, byte, index) => sum + (byte & 127) * 128 ** index, 0);
      const end = 1 + lengthBytes + length;
      if (lengthBytes === 0 || pending.length < end) return;
      onFrame((pending[0] ?? 0) >> 4, pending.subarray(1 + lengthBytes, end));
      pending = pending.subarray(end);
    }
  };
}

/** Fields of a QoS 1 PUBLISH, section 3.3. */
export function readPublish(body: Buffer): { readonly topic: string; readonly id: number; readonly payload: Buffer } {
  const topicEnd = 2 + body.readUInt16BE(0);
  return { topic: body.toString('utf8', 2, topicEnd), id: body.readUInt16BE(topicEnd), payload: body.subarray(topicEnd + 2) };
}
