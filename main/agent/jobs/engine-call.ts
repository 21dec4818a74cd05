import { WindfallError, messageOf } from '../../../shared/errors.ts'

const QUICK_MS = 30_000

export interface EngineCall {
  /** Completes "Docker could not …". */
  readonly action: string
  /** 30 s unless said otherwise. */
  readonly limitMs?: number
  readonly signal?: AbortSignal
}

/**
 * Runs one request with a time limit and gives every failure a message a person can act on.
 * Rejects with the caller's own abort reason, with `runtime.unavailable`, or with `runtime.failed` (cause: the engine's error).
 */
export async function callEngine<T>({ action, limitMs = QUICK_MS, signal }: EngineCall, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = Number.isFinite(limitMs) ? [AbortSignal.timeout(limitMs)] : []
  const both = AbortSignal.any([...(signal ? [signal] : []), ...limit])
  both.throwIfAborted()
  const cut = Promise.withResolvers<never>()
  const onAbort = () => cut.reject(both.reason as Error)
  both.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work(both), cut.promise])
  } catch (error) {
    signal?.throwIfAborted()
    throw explain(action, error, both.aborted)
  } finally {
    both.removeEventListener('abort', onAbort)
  }
}

const CONNECTION = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EACCES', 'ETIMEDOUT']

function explain(action: string, error: unknown, timedOut: boolean): WindfallError {
  const { code } = error as { code?: unknown }
  const text = messageOf(error).trim()
  if (code === 'EACCES') return unavailable('Docker runs, but this user may not use it. Add the user to the group "docker", or use rootless Docker.', error)
  if (typeof code === 'string' && CONNECTION.includes(code))
    return unavailable('Docker does not answer. Start it (Docker Desktop, or: sudo systemctl start docker), or install it.', error)
  if (timedOut) return unavailable(`Docker could not ${action} in time. If this goes on, restart Docker.`, error)
  if (text.includes('could not select device driver'))
    return unavailable('Docker cannot give a container the GPU. Install the NVIDIA Container Toolkit, then restart Docker.', error)
  return new WindfallError('runtime.failed', `Docker could not ${action}: ${text.slice(0, 300)}`, { cause: error })
}

const unavailable = (message: string, cause: unknown): WindfallError => new WindfallError('runtime.unavailable', message, { cause })

/** HTTP status of the engine's refusal behind an error of {@link callEngine}, or `null`. */
function statusOf(error: unknown): number | null {
  const cause = error instanceof WindfallError ? (error.cause as { statusCode?: unknown } | undefined) : undefined
  return typeof cause?.statusCode === 'number' ? cause.statusCode : null
}

export const isAbsent = (error: unknown): boolean => statusOf(error) === 404

/** `null` if the engine has no such thing. */
export async function unlessAbsent<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

/** Stopping what has stopped already (304, 409) or is gone (404) is no failure. */
export async function unlessStopped(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    const status = statusOf(error)
    if (status !== 304 && status !== 404 && status !== 409) throw error
  }
}
