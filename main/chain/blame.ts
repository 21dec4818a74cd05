import type { Simulation } from './chain.ts'

/** The instruction or the account that an error names, from its JSON. */
export function blameOf(err: string | null): Simulation['blame'] {
  const parsed: unknown = err === null ? null : JSON.parse(err)
  const fields = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>
  const instruction = Array.isArray(fields['InstructionError']) ? (fields['InstructionError'] as unknown[])[0] : undefined
  if (typeof instruction === 'number') return { instruction }
  const account = (fields['InsufficientFundsForRent'] as { account_index?: unknown } | undefined)?.account_index
  return typeof account === 'number' ? { account } : null
}
