/** The wires of the simulated site of the demo, so that a test can give every one a free port: two tests at once would fight over those of the file. */
import { resolve } from 'node:path';
import { loadSiteFile } from '../../device-sim/site-file.ts';

const site = loadSiteFile(resolve(import.meta.dirname, '../../config/demo-site.yaml'));
export const demoWires: readonly string[] = [...site.lines, ...site.readers].map(({ id }) => id);
