import { type FailureCode, WindfallError } from '../../shared/errors.ts'

/** Documented in `windfall --help`; scripts may rely on them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notRunning: 3, refused: 4, unavailable: 5 } as const

/** 128 and the number of the signal, as shells have it. */
export const INTERRUPTED = 130

/** What each of them says, for help and manual. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.failed, 'the job failed, the receipt is invalid, or a check found a problem'],
  [EXIT.usage, 'wrong usage, or a file that cannot be read'],
  [EXIT.notRunning, 'no Windfall is running on this data directory'],
  [EXIT.refused, 'refused: not allowed, not possible as things are now, not enough balance, or another instance holds the directory'],
  [EXIT.unavailable, 'something needed did not answer (network, chain, container engine); try again'],
  [INTERRUPTED, 'ended by Ctrl-C before it was done'],
]

export const EXIT_HELP = `
Exit codes:
${EXIT_MEANINGS.map(([code, meaning]) => `  ${code}  ${meaning}`).join('\n')}`

const CODES: Partial<Record<FailureCode, number>> = {
  'input.invalid': EXIT.usage,
  'input.too-large': EXIT.usage,
  'config.invalid': EXIT.usage,
  'not-found': EXIT.usage,
  'grid.unknown-zone': EXIT.usage,
  'receipt.unreadable': EXIT.usage,
  'instance.missing': EXIT.notRunning,
  'instance.running': EXIT.refused,
  'auth.required': EXIT.refused,
  'auth.refused': EXIT.refused,
  'funds.insufficient': EXIT.refused,
  conflict: EXIT.refused,
  'approval.waiting': EXIT.refused,
  'job.not-cancellable': EXIT.refused,
  'job.unplaceable': EXIT.refused,
  'payout.refused': EXIT.refused,
  'enrolment.refused': EXIT.refused,
  'request.garbled': EXIT.unavailable,
  unavailable: EXIT.unavailable,
  'chain.unavailable': EXIT.unavailable,
  'grid.unavailable': EXIT.unavailable,
  'rate.limited': EXIT.unavailable,
  'runtime.unavailable': EXIT.unavailable,
}

export const exitCodeOf = (error: unknown): number => (error instanceof WindfallError ? (CODES[error.code] ?? EXIT.failed) : EXIT.failed)
