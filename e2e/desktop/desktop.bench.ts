/**
 * `npm run bench -- desktop [--json] [--quick] [--only ROW]`: what the window and the shell around it cost, each row with its limit or its reference measured
 * in the same minute. The shell runs on the double of Electron, the page in real Chromium.
 */
import { build } from '../../main/cli/build.ts'
import { runRows } from '../scale/run-rows.ts'
import { shellRows } from './bench/shell-rows.ts'
import { storeRows } from './bench/store-rows.ts'
import { windowRows } from './bench/window-rows.ts'

await build({ only: ['main', 'children', 'sandbox', 'preload', 'renderer', 'icons'] }, (line) => void process.stderr.write(`${line}\n`))
await runRows('desktop', { shell: shellRows, window: windowRows, store: storeRows })
