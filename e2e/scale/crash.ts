/** `npm run crash -- [--loops N] [--database sqlite|postgres] [--seed N] [--json]`: kills the coordinator N times in the middle of its work. */
import { parseArgs } from 'node:util'
import { type CrashOptions, type CrashReport, crash } from './crash/loop.ts'

const USAGE = 'npm run crash -- [--loops 50] [--database sqlite|postgres] [--seed N] [--json]\n'

function readOptions(): (CrashOptions & { readonly json: boolean; readonly help: boolean }) | null {
  try {
    const { values } = parseArgs({
      options: {
        loops: { type: 'string', default: '50' },
        database: { type: 'string', default: 'sqlite' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const { database } = values
    const [loops, seed] = [Number(values.loops), Number(values.seed)]
    if (!Number.isInteger(loops) || loops < 1 || !Number.isInteger(seed)) return null
    return database === 'sqlite' || database === 'postgres' ? { ...values, loops, seed, database } : null
  } catch {
    return null
  }
}

const describe = ({ loops, database, acknowledgedProofs, acknowledgedJobs, problems, seconds }: CrashReport): string =>
  `${loops} kills on ${database} in ${seconds} s: ${acknowledgedProofs} proofs and ${acknowledgedJobs} jobs acknowledged, ${problems.length} problems.`

const options = readOptions()
if (!options || options.help) {
  process[options ? 'stdout' : 'stderr'].write(USAGE)
  process.exit(options ? 0 : 2)
}
const { loops, database, seed, json } = options
process.stderr.write(`seed ${seed}\n`)
const report = await crash({ loops, database, seed, say: (line) => void process.stderr.write(`${line}\n`) })
process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${[describe(report), ...report.problems].join('\n')}\n`)
process.exitCode = report.problems.length === 0 ? 0 : 1
