import { parseArgs } from 'node:util'
import { messageOf } from '../../shared/errors.ts'
import type { MeasureRows, Row } from './row.ts'

type Rows = Readonly<Record<string, MeasureRows>>

/** The arguments of this process; `null` if they make no sense. */
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

const say = (line: string) => void process.stderr.write(`${line}\n`)
const show = (row: Row): string => {
  const verdict = row.holds === null ? `not measured: ${row.note ?? ''}` : row.holds ? 'holds' : 'MISSES its bar'
  const figures = row.holds === null ? '' : `${row.ours} ${row.unit}, ${row.referenceName} ${row.reference}: ${row.ratio} (bar ${row.bar}) `
  return `${row.name.padEnd(28)} ${figures}${verdict}${row.holds === null || row.note === undefined ? '' : ` (${row.note})`}`
}

/**
 * Measures the rows that this process was asked for and prints each, with `--json` as a line of JSON. Sets the exit code: 1 if a row misses its bar or
 * could not be measured, 2 for arguments that make no sense.
 */
export async function runRows(name: string, all: Rows): Promise<void> {
  const options = readOptions()
  const unknown = options?.only?.find((wanted) => !Object.hasOwn(all, wanted))
  if (!options || options.help || unknown !== undefined) {
    const usage = `npm run bench -- ${name} [--json] [--quick] [--only ${Object.keys(all).join('|')}]\n`
    process[options?.help ? 'stdout' : 'stderr'].write(unknown === undefined ? usage : `There are no rows named ${unknown}.\n${usage}`)
    process.exit(options?.help ? 0 : 2)
  }
  for (const [part, measure] of Object.entries(all)) {
    if (options.only && !options.only.includes(part)) continue
    try {
      const measured = await measure({ quick: options.quick, say })
      for (const row of measured) console.log(options.json ? JSON.stringify(row) : show(row))
      if (measured.some(({ holds }) => holds === false)) process.exitCode = 1
    } catch (error) {
      say(`${part} could not be measured: ${messageOf(error)}`)
      process.exitCode = 1
    }
  }
}
