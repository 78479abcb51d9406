// Lost if deleted: that labels of doors leave in a form only the enrolled handheld can read, and that every program that knows RFC 9180 can.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { handheldKeySchema, openBox, sealBox, sealedBoxPublicKey } from '../../protocol/sealed-box.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
// RFC 9180 appendix A.1.1, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
const vector = {
  info: hex('4f6465206f6e2061204772656369616e2055726e'),
  ephemeral: hex('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736'),
  enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  recipient: hex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
  secret: hex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
  plain: hex('4265617574792069732074727574682c20747275746820626561757479'),
  bound: hex('436f756e742d30'),
  sealed: 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
};

describe('a sealed box', () => {
  it('is the one of RFC 9180', () => {
    const { info, ephemeral, enc, recipient, secret, plain, bound, sealed } = vector;
    const box = sealBox({ recipient, ephemeral, info, bound }, plain);
    expect([box.enc.toString('hex'), box.sealed.toString('hex')]).toEqual([enc, sealed]);
    expect(openBox({ secret, enc: hex(enc), info, bound }, hex(sealed))).toEqual(plain);
    expect(sealedBoxPublicKey(secret)).toEqual(recipient);
  });

  it('opens for nobody else, and not when any part of it was changed', () => {
    const { info, enc, secret, bound, sealed } = vector;
    const open =
      (more: object, box: Buffer = hex(sealed)) =>
      () =>
        openBox({ secret, enc: hex(enc), info, bound, ...more }, box);
    const altered = hex(sealed);
    altered[3] = (altered[3] ?? 0) ^ 1;
    for (const wrong of [
      open({ secret: randomBytes(32) }),
      open({ info: hex('00') }),
      open({ bound: hex('00') }),
      open({ enc: randomBytes(32) }),
      open({}, altered),
    ])
      expect(wrong).toThrow(/unable to authenticate|failed/i);
  });

  it('takes no key whose secret everybody knows', () => {
    for (const bad of ['00'.repeat(32), `01${'00'.repeat(31)}`, `ed${'ff'.repeat(31)}`, 'AB'.repeat(32), '12'])
      expect([bad, handheldKeySchema.safeParse(bad).success]).toEqual([bad, false]);
    expect(handheldKeySchema.safeParse(vector.recipient.toString('hex')).success).toBe(true);
  });
});
