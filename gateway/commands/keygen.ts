/** `sifen keygen`: the keys of a new gateway, so that the public one can be enrolled before the first start. */

import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { placesIn, standingOf } from '../data-folder.ts';
import { createKeys, loadKeys, rawPublicKey, writePublicKey } from '../keys.ts';
import { defaultDataDir, print } from './access.ts';

export function addKeygen(program: Command): void {
  program
    .command('keygen')
    .option('--data <dir>', 'data folder of the village', defaultDataDir)
    .option('--json', 'print the answer as JSON')
    .description(
      'Make the keys of a gateway (DIR/keys, mode 0600) and print the public one. Keys that exist are kept, and those a village has lost are not replaced.',
    )
    .action((flags: { data: string; json?: boolean }) => {
      const folder = placesIn(flags.data).keys;
      // What a living village has lost is put back from the backup, never made anew.
      const created = standingOf(flags.data) === 'new' && createKeys(folder);
      const { keyid, publicKey, publicKeyFile } = loadKeys(folder);
      if (!existsSync(publicKeyFile)) writePublicKey(publicKeyFile, publicKey);
      const answer = { keyid, publicKey: rawPublicKey(publicKey), publicKeyFile, state: created ? 'created' : 'already_created' };
      print(
        flags,
        answer,
        () =>
          `${created ? 'Made' : 'Kept'} key ${keyid} in ${folder}.\nPublic key, for whoever verifies (${publicKeyFile}):\n${readFileSync(publicKeyFile, 'utf8').trim()}`,
      );
    });
}
