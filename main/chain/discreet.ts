import { WindfallError } from '../../shared/errors.ts'
import { createRedaction } from '../kernel/hidden.ts'
import { secretsOf } from '../kernel/secret-setting.ts'
import type { Chain } from './chain.ts'

/** An endpoint that says back what it was asked puts the key of its address into an error, and errors are shown to people. */
export function discreet(chain: Chain, url: string): Chain {
  const clean = createRedaction(secretsOf(url))
  const fail = (error: unknown): never => {
    throw error instanceof WindfallError ? new WindfallError(error.code, clean(error.message), { cause: error }) : error
  }
  const calls = Object.entries(chain as unknown as Record<string, (...args: unknown[]) => unknown>).map(([name, call]) => [
    name,
    (...args: unknown[]) => {
      const answer = call(...args)
      return answer instanceof Promise ? answer.catch(fail) : answer
    },
  ])
  return Object.fromEntries(calls) as Chain
}
