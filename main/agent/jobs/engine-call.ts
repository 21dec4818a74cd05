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
  const gpu = gpuTrouble(text)
  if (gpu !== null) return unavailable(gpu, error)
  return new WindfallError('runtime.failed', `Docker could not ${action}: ${text.slice(0, 300)}`, { cause: error })
}

/** The words of Docker and of the NVIDIA runtime when a GPU does not get into a container. */
function gpuTrouble(text: string): string | null {
  if (/could not select device driver "?cdi|CDI device injection failed|unresolvable CDI devices/.test(text))
    return 'Docker cannot find this GPU among its CDI devices. Run: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml, then restart Docker.'
  if (text.includes('could not select device driver'))
    return 'Docker cannot give a container the GPU. Install the NVIDIA Container Toolkit, then restart Docker.'
  if (/nvidia-container-cli|nvidia-container-runtime/.test(text))
    return `The NVIDIA Container Toolkit could not hand the GPU over (${text.slice(-160)}). Update the driver and the toolkit, or restart the computer.`
  return null
}

const unavailable = (message: string, cause: unknown): WindfallError => new WindfallError('runtime.unavailable', message, { cause })

/** HTTP status of the engine's refusal behind an error of {@link callEngine}, or `null`. */
function statusOf(error: unknown): number | null {
  const cause = error instanceof WindfallError ? (error.cause as { statusCode?: unknown } | undefined) : undefined
  return typeof cause?.statusCode === 'number' ? cause.statusCode : null
}

export const isAbsent = (error: unknown): boolean => statusOf(error) === 404

/** A link that a job has made to lead to itself leads to nothing; engines answer 500 and say why in the words of Go or of the kernel. */
const isTangled = (error: unknown): boolean => /too many (?:links|levels of symbolic links)/.test(messageOf(error))

/** `null` if the engine has no such thing. */
export async function unlessAbsent<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (isAbsent(error) || isTangled(error)) return null
    throw error
  }
}

/** What a container uses stays (409); what is not there is gone (404). */
export async function unlessInUse(work: Promise<void>): Promise<'gone' | 'in-use'> {
  try {
    await work
    return 'gone'
  } catch (error) {
    if (isAbsent(error)) return 'gone'
    if (statusOf(error) === 409) return 'in-use'
    throw error
  }
}

/** Podman's way to say that a container does not run, with status 500. */
const hasPodmanEnded = (error: unknown): boolean => messageOf(error).includes('container state improper')

/** Stopping what has stopped already (304, 409) or is gone (404) is no failure. */
export async function unlessStopped(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    const status = statusOf(error)
    if (status !== 304 && status !== 404 && status !== 409 && !hasPodmanEnded(error)) throw error
  }
}
