import { type FailureCode, WindfallError } from '../../shared/errors.ts'

/** Documented in `windfall --help`; scripts may rely on them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notRunning: 3, refused: 4, unavailable: 5 } as const

export const EXIT_HELP = `
Exit codes:
  0  done
  1  the job failed, the receipt is invalid, or a check found a problem
  2  wrong usage, or a file that cannot be read
  3  no Windfall is running on this data directory
  4  refused: not allowed, not possible as things are now, not enough balance, or another instance holds the directory
  5  something needed did not answer (network, chain, container engine); try again`

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
