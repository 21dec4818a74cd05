import { createInterface } from 'node:readline/promises'
import { WindfallError } from '../../shared/errors.ts'

/** Error: `input.invalid` where nobody can be asked. */
export function requireTerminal(question: string): void {
  if (!process.stdin.isTTY) throw new WindfallError('input.invalid', `${question} Say so with --yes.`)
}

/** Whether whoever sits there says yes; anything else is no. Error: `input.invalid` where nobody does. */
export async function agreed(question: string): Promise<boolean> {
  requireTerminal(question)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
