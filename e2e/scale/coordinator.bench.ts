/**
 * `npm run bench -- coordinator [--json] [--quick] [--only ROW]`: what one coordinator can do, each row with its limit or its peer measured in the same
 * minute. `--quick` measures shorter and fewer times. Peers that are not there are fetched once, into a cache; a row whose peer cannot be had says so.
 */
import { parseArgs } from 'node:util'
import { messageOf } from '../../shared/errors.ts'
import { type MeasureRows, type Row } from './row.ts'
import { matcherRows } from './rows/matcher.ts'
import { memoryRows } from './rows/memory.ts'
import { postRows } from './rows/post.ts'
import { presenceRows } from './rows/presence.ts'
import { proofRows } from './rows/proofs.ts'
import { queueRows } from './rows/queue.ts'
import { replicaRows } from './rows/replicas.ts'
import { restartRows } from './rows/restart.ts'

const ROWS: Readonly<Record<string, MeasureRows>> = {
  proofs: proofRows,
  post: postRows,
  queue: queueRows,
  matcher: matcherRows,
  presence: presenceRows,
  memory: memoryRows,
  restart: restartRows,
  replicas: replicaRows,
}

const USAGE = `npm run bench -- coordinator [--json] [--quick] [--only ${Object.keys(ROWS).join('|')}]\n`

function readOptions() {
  try {
    return parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch {
    return null
  }
}

const options = readOptions()
const unknown = options?.only?.find((name) => !Object.hasOwn(ROWS, name))
if (!options || options.help || unknown !== undefined) {
  process[options?.help ? 'stdout' : 'stderr'].write(unknown === undefined ? USAGE : `There are no rows named ${unknown}.\n${USAGE}`)
  process.exit(options?.help ? 0 : 2)
}

const say = (line: string) => void process.stderr.write(`${line}\n`)
const show = (row: Row): string => {
  const verdict = row.holds === null ? `not measured: ${row.note ?? ''}` : row.holds ? 'holds' : 'MISSES its bar'
  const figures = row.holds === null ? '' : `${row.ours} ${row.unit}, ${row.referenceName} ${row.reference}: ${row.ratio} (bar ${row.bar}) `
  return `${row.name.padEnd(28)} ${figures}${verdict}${row.holds === null || row.note === undefined ? '' : ` (${row.note})`}`
}

const rows: Row[] = []
for (const [name, measure] of Object.entries(ROWS)) {
  if (options.only && !options.only.includes(name)) continue
  try {
    const measured = await measure({ quick: options.quick, say })
    rows.push(...measured)
    for (const row of measured) console.log(options.json ? JSON.stringify(row) : show(row))
  } catch (error) {
    say(`${name} could not be measured: ${messageOf(error)}`)
    process.exitCode = 1
  }
}
if (rows.some(({ holds }) => holds === false)) process.exitCode = 1
