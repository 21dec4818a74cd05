import type { Answer } from '../../shared/contract/bridge.ts'
import type { Server } from '../../shared/contract/define.ts'
import { WindfallError, toProblem } from '../../shared/errors.ts'
import { isTrustedSender } from './policy.ts'

/** The same limit as on the loopback server: the page is the same. */
export const MAX_INPUT_CHARACTERS = 64 * 1024

export interface Question {
  readonly frame: { readonly url: string; readonly parent: unknown } | null
  readonly name: unknown
  readonly input: unknown
}

/** Answers one call of the window. Never rejects: an `Error` loses its code on the way through Electron, a problem does not. */
export async function answerIpc({ frame, name, input }: Question, server: Server<undefined>): Promise<Answer> {
  try {
    if (!isTrustedSender(frame)) throw new WindfallError('auth.refused', 'Only the Windfall window may ask this.')
    if (typeof name !== 'string') throw new WindfallError('input.invalid', 'A call has a name.')
    return { ok: true, value: await server.dispatch(name, jsonOnly(input), undefined) }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}

/** Structured clone carries maps, buffers and cycles; the contract is JSON, on every transport alike. */
function jsonOnly(input: unknown): unknown {
  const text = stringify(input)
  if (text === undefined) throw new WindfallError('input.invalid', 'The input of a call is JSON.')
  if (text.length > MAX_INPUT_CHARACTERS) throw new WindfallError('input.too-large', `A call may carry at most ${MAX_INPUT_CHARACTERS} characters.`)
  return JSON.parse(text)
}

function stringify(input: unknown): string | undefined {
  try {
    return JSON.stringify(input)
  } catch {
    return undefined
  }
}
