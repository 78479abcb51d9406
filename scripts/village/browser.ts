/** A real Chromium, for tests of pages and for their pictures. Debian's own: nothing is downloaded. */
import { type Browser, chromium } from 'playwright-core';

const program = '/usr/bin/chromium';
const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const alone = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** @throws when the Debian package chromium is not installed. */
export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: program, args: [...quiet, ...alone] });
