// The ways a text goes wrong between a printer, a camera and a wire; for the "10,000 random mutations" properties. Without it each
// such test would invent its own, weaker damage.
import fc from 'fast-check';

type Mutation = {
  readonly kind: 'replace' | 'insert' | 'delete' | 'swap' | 'truncate' | 'double' | 'flip' | 'splice';
  readonly at: number;
  readonly byte: number;
};

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('replace', 'insert', 'delete', 'swap', 'truncate', 'double', 'flip', 'splice'),
  at: fc.nat(1_000_000),
  byte: fc.nat(255),
});

function mutate(bytes: Buffer, other: Buffer, { kind, at, byte }: Mutation): Buffer {
  const index = bytes.length === 0 ? 0 : at % bytes.length;
  const head = bytes.subarray(0, index);
  const tail = bytes.subarray(index + 1);
  const here = bytes.subarray(index, index + 1);
  switch (kind) {
    case 'replace':
      return Buffer.concat([head, Buffer.of(byte), tail]);
    case 'insert':
      return Buffer.concat([head, Buffer.of(byte), here, tail]);
    case 'delete':
      return Buffer.concat([head, tail]);
    case 'swap':
      return Buffer.concat([head, tail.subarray(0, 1), here, tail.subarray(1)]);
    case 'truncate':
      return head;
    case 'double':
      return Buffer.concat([bytes, bytes.subarray(index)]);
    case 'flip':
      return Buffer.concat([head, Buffer.of((here[0] ?? 0) ^ (1 << (byte % 8))), tail]);
    case 'splice':
      return Buffer.concat([head, other.subarray(index)]);
  }
}

/** One of `originals` with one to three kinds of damage. May come out undamaged. */
export function damaged(originals: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...originals), fc.constantFrom(...originals), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([original, other, mutations]) => mutations.reduce((bytes, one) => mutate(bytes, other, one), original));
}
