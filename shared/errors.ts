import { failureWords } from './failure-words.ts'

/**
 * Every failure a program may have to tell apart, with the HTTP status it travels as and whether trying again can help.
 * Expected outcomes (`'inserted' | 'duplicate'`) are plain unions and never appear here.
 */
export const failures = {
  'input.invalid': { status: 400, retry: false },
  'input.too-large': { status: 413, retry: false },
  /** Changed or cut off under way, as far as anybody can tell: nothing is wrong with what it asked. */
  'request.garbled': { status: 400, retry: false },
  'auth.required': { status: 401, retry: false },
  'auth.refused': { status: 403, retry: false },
  'not-found': { status: 404, retry: false },
  conflict: { status: 409, retry: false },
  /** Kept, and done once a second person has approved it. */
  'approval.waiting': { status: 409, retry: false },
  'rate.limited': { status: 429, retry: true },
  'enrolment.refused': { status: 403, retry: false },
  'job.unplaceable': { status: 422, retry: false },
  'job.not-cancellable': { status: 409, retry: false },
  'funds.insufficient': { status: 402, retry: false },
  'lease.lost': { status: 409, retry: false },
  'proof.malformed': { status: 422, retry: false },
  'proof.signature': { status: 422, retry: false },
  'proof.wrong-node': { status: 422, retry: false },
  'proof.sequence': { status: 422, retry: false },
  'proof.replayed': { status: 409, retry: false },
  'proof.lease': { status: 422, retry: false },
  'proof.time': { status: 422, retry: false },
  'proof.implausible': { status: 422, retry: false },
  'proof.output': { status: 422, retry: false },
  'proof.runtime': { status: 422, retry: false },
  'receipt.unreadable': { status: 422, retry: false },
  'receipt.invalid': { status: 422, retry: false },
  'grid.unavailable': { status: 503, retry: true },
  'grid.unknown-zone': { status: 422, retry: false },
  'runtime.unavailable': { status: 503, retry: true },
  'runtime.image': { status: 422, retry: false },
  'runtime.limit': { status: 422, retry: false },
  'runtime.failed': { status: 422, retry: false },
  'network.metered': { status: 503, retry: true },
  'chain.unavailable': { status: 503, retry: true },
  'chain.refused': { status: 422, retry: false },
  'payout.refused': { status: 422, retry: false },
  'ledger.unbalanced': { status: 500, retry: false },
  'config.invalid': { status: 400, retry: false },
  'instance.running': { status: 409, retry: false },
  'instance.missing': { status: 503, retry: true },
  'storage.newer': { status: 500, retry: false },
  'storage.failed': { status: 503, retry: true },
  /** The disk of the database has no room; nothing that was answered is lost. */
  'storage.full': { status: 503, retry: true },
  'storage.read-only': { status: 503, retry: true },
  'storage.unavailable': { status: 503, retry: true },
  /** Another coordinator has taken over what this one did. */
  'storage.fenced': { status: 503, retry: true },
  unavailable: { status: 503, retry: true },
  internal: { status: 500, retry: false },
} as const satisfies Record<string, { status: number; retry: boolean }>

export type FailureCode = keyof typeof failures

const isFailureCode = (code: string): code is FailureCode => Object.hasOwn(failures, code)

/** The one error class. `message` tells a person what happened and what to do next; `code` tells a program. */
export class WindfallError extends Error {
  override readonly name = 'WindfallError'
  readonly code: FailureCode

  constructor(code: FailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  get status(): number {
    return failures[this.code].status
  }

  get retry(): boolean {
    return failures[this.code].retry
  }
}

/** An RFC 9457 problem document, the shape of every error that crosses a process border. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
}

/** Where whoever answers with problems explains their codes; `type` is relative to the address that was asked (RFC 9457 §3.1.1). */
export const PROBLEMS_PATH = '/problems'

/** Nobody reads more; and whoever is refused has often written part of it, as long as they liked. */
const MAX_DETAIL = 1_000

/** Anything thrown becomes a problem; what is not ours becomes `internal` and its text stays inside. */
export function toProblem(error: unknown): Problem {
  const known = error instanceof WindfallError ? error : new WindfallError('internal', 'Something went wrong on our side. The log has the details.')
  const { code, status, message } = known
  return { type: `${PROBLEMS_PATH}#${code}`, title: failureWords[code].title, status, code, detail: message.slice(0, MAX_DETAIL) }
}

/** Mirror of {@link toProblem}: tolerates bodies that are not problems (proxies, gateways). */
export function fromProblem(status: number, body: unknown): WindfallError {
  const { code, detail } = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>
  if (typeof code === 'string' && isFailureCode(code) && typeof detail === 'string') return new WindfallError(code, detail.slice(0, MAX_DETAIL))
  // 408 and 429 are what gateways say when they are busy.
  return new WindfallError(
    status >= 500 || status === 408 || status === 429 ? 'unavailable' : 'internal',
    `The other side answered HTTP ${status} without an explanation we understand.`,
  )
}

/** Cuts an unknown throwable down to its message, for logs and wrapped errors. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
