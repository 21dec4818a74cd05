import { WindfallError, messageOf, toProblem } from '../../shared/errors.ts'
import { withoutSecrets } from '../kernel/hidden.ts'
import { forTerminal, inOneLine, jsonForTerminal } from './terminal-text.ts'

/** Where a command writes: the answer to stdout, everything else to stderr, so that pipes stay clean. */
export interface Output {
  readonly json: boolean
  /** The answer: the value as one line of JSON, or the lines a person reads. */
  readonly answer: (value: unknown, lines: () => readonly string[]) => void
  readonly progress: (line: string) => void
  readonly failure: (error: unknown) => void
}

export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

const processStreams: Streams = { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) }

export function createOutput(json: boolean, { out, err }: Streams = processStreams): Output {
  return {
    json,
    answer(value, lines) {
      const text = json ? [jsonForTerminal(value)] : lines().map(forTerminal)
      out(text.map((line) => `${line}\n`).join(''))
    },
    progress: (line) => err(`${forTerminal(line)}\n`),
    failure: (error) => {
      // Only errors of ours explain themselves; anything else is a defect and keeps its stack.
      if (json) out(withoutSecrets(`${jsonForTerminal({ error: toProblem(error) })}\n`))
      const said = error instanceof WindfallError ? messageOf(error) : error instanceof Error ? (error.stack ?? error.message) : String(error)
      err(withoutSecrets(`windfall: ${forTerminal(said)}\n`))
    },
  }
}

/** Columns padded to their widest cell; the header is the first row. */
export function table(given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(inOneLine))
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '))
}
