import { WindfallError, messageOf, toProblem } from '../../shared/errors.ts'
import { withoutSecrets } from '../kernel/hidden.ts'
import { forTerminal, inOneLine, jsonForTerminal } from './terminal-text.ts'
import { fittedWidths, padded, shortened, widthOf } from './text-width.ts'

/** Where a command writes: the answer to stdout, everything else to stderr, so that pipes stay clean. */
export interface Output {
  readonly json: boolean
  /** The answer: the value as one line of JSON, or the lines a person reads. */
  readonly answer: (value: unknown, lines: () => readonly string[]) => void
  readonly progress: (line: string) => void
  /** Empties a terminal, for what is drawn anew. */
  readonly clear: () => void
  readonly failure: (error: unknown) => void
}

export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Cursor to the top left, and nothing below. */
const CLEAR = '\u001B[H\u001B[2J'

const processStreams: Streams = { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) }

export function createOutput(json: boolean, { out, err }: Streams = processStreams): Output {
  return {
    json,
    answer(value, lines) {
      const text = json ? [jsonForTerminal(value)] : lines().map(forTerminal)
      out(text.map((line) => `${line}\n`).join(''))
    },
    clear: () => out(CLEAR),
    progress: (line) => err(`${forTerminal(line)}\n`),
    failure: (error) => {
      // Only errors of ours explain themselves; anything else is a defect and keeps its stack.
      if (json) out(withoutSecrets(`${jsonForTerminal({ error: toProblem(error) })}\n`))
      const said = error instanceof WindfallError ? messageOf(error) : error instanceof Error ? (error.stack ?? error.message) : String(error)
      err(withoutSecrets(`windfall: ${forTerminal(said)}\n`))
    },
  }
}

/** How many columns a person sees; whoever reads a pipe or a file is given everything. */
const roomHere = (): number => (process.stdout.isTTY ? process.stdout.columns : Infinity)

const GAP = '  '

/** Columns padded to their widest cell; the header is the first row. Cells are shortened where the table would not fit into `room`. */
export function table(given: readonly (readonly string[])[], room: number = roomHere()): string[] {
  const rows = given.map((row) => row.map(inOneLine))
  const natural = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))))
  const widths = fittedWidths(natural, room - GAP.length * (natural.length - 1))
  const shown = (cell: string, column: number): string => shortened(cell, widths[column] ?? 0)
  return rows.map((row) =>
    row.map((cell, column) => (column === row.length - 1 ? shown(cell, column) : padded(shown(cell, column), widths[column] ?? 0))).join(GAP),
  )
}
