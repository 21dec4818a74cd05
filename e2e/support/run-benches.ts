/** `npm run bench [-- NAME [OPTIONS]]`: every benchmark one after another, or those of one name, to which the options are passed on. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BENCHES: Readonly<Record<string, readonly string[]>> = {
  sampling: ['main/agent/gpu/sampling.bench.ts'],
  integration: ['main/agent/metering/integration.bench.ts'],
  'sample-log': ['main/agent/metering/sample-log.bench.ts'],
  challenge: ['e2e/network/challenge.bench.ts'],
  oracle: ['main/coordinator/grid/oracle.bench.ts', 'e2e/grid/replay.bench.ts'],
  'agent-load': ['main/agent/metering/agent-load.bench.ts'],
}

const root = join(import.meta.dirname, '..', '..')
const [name, ...options] = process.argv.slice(2)
const files = name === undefined ? Object.values(BENCHES).flat() : BENCHES[name]
if (!files) {
  console.error(`There is no benchmark named ${name}. There are: ${Object.keys(BENCHES).join(', ')}.`)
  process.exit(2)
}
const failed = files.filter((file) => spawnSync(process.execPath, [file, ...options], { cwd: root, stdio: 'inherit' }).status !== 0)
for (const file of failed) console.error(`${file} misses its bar.`)
process.exitCode = failed.length === 0 ? 0 : 1
