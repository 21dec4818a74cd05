/** `npm run bench [-- NAME [OPTIONS]]`: every benchmark one after another, or those of one name, to which the options are passed on. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BENCHES: Readonly<Record<string, readonly string[]>> = {
  sampling: ['main/agent/gpu/sampling.bench.ts'],
  integration: ['main/agent/metering/integration.bench.ts'],
  'sample-log': ['main/agent/metering/sample-log.bench.ts'],
  challenge: ['e2e/network/challenge.bench.ts'],
  oracle: ['main/coordinator/grid/oracle.bench.ts', 'e2e/grid/replay.bench.ts'],
  coordinator: ['e2e/scale/coordinator.bench.ts'],
  border: ['e2e/scale/border.bench.ts'],
  'rogue-nodes': ['e2e/scale/rogue/rogue-nodes.bench.ts'],
  payouts: ['e2e/chain/payouts.bench.ts'],
  receipts: ['e2e/receipts/verify.bench.ts', 'e2e/receipts/log.bench.ts'],
  'receipts-agreement': ['e2e/receipts/agreement.bench.ts'],
  'agent-load': ['main/agent/metering/agent-load.bench.ts'],
  desktop: ['e2e/desktop/desktop.bench.ts'],
  console: ['e2e/console/fleet-scroll.bench.ts'],
}

/** These read series that do not come with Windfall: `--traces DIR`. */
const ON_YOUR_DATA: Readonly<Record<string, readonly string[]>> = {
  planner: ['main/coordinator/planner/planner.bench.ts'],
  outlook: ['e2e/grid/outlook.bench.ts'],
}
/** These take an hour. */
const LONG: Readonly<Record<string, readonly string[]>> = {
  'payout-chaos': ['e2e/chain/payouts-chaos.bench.ts'],
  'anchor-chaos': ['e2e/chain/anchors-chaos.bench.ts'],
}
const NAMED: Readonly<Record<string, readonly string[]>> = { ...BENCHES, ...ON_YOUR_DATA, ...LONG }

const root = join(import.meta.dirname, '..', '..')
const [name, ...options] = process.argv.slice(2)
const files = name === undefined ? Object.values(BENCHES).flat() : NAMED[name]
if (!files) {
  console.error(`There is no benchmark named ${name}. There are: ${Object.keys(NAMED).join(', ')}.`)
  process.exit(2)
}
const statuses = files.map((file) => ({ file, status: spawnSync(process.execPath, [file, ...options], { cwd: root, stdio: 'inherit' }).status }))
// A benchmark that was asked wrongly has said so itself.
for (const { file, status } of statuses) if (status !== 0 && status !== 2) console.error(`${file} misses its bar.`)
process.exitCode = Math.max(0, ...statuses.map(({ status }) => status ?? 1))
