import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { type Client, type Transport, connect } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type HttpTransportOptions, type OutgoingRequest, createHttpTransport, receive, send } from '../../kernel/contract-http.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import { type Signer, sha256Hex } from '../../kernel/signing.ts'
import type { CoordinatorTime } from './coordinator-time.ts'

export interface CoordinatorLink {
  readonly client: Client<typeof coordinatorContract>
  /** Fetches a blob by digest and checks that it is what was asked for. Errors: `runtime.image`, `unavailable`. */
  readonly fetchArchive: (digest: string, signal: AbortSignal) => Promise<Uint8Array>
  /** Streams what the job of a lease goes on from; `take` checks it. Errors: `lease.lost`, `not-found`, `unavailable`, and what `take` throws. */
  readonly fetchCheckpoint: (claim: Claim, take: (archive: Readable) => Promise<void>, signal: AbortSignal) => Promise<void>
  /** One input of the job of a lease, checked against what the coordinator says it is. Errors: `lease.lost`, `not-found`, `input.too-large`, `unavailable`. */
  readonly fetchInput: (wanted: Claim & WantedInput, signal: AbortSignal) => Promise<{ readonly content: Uint8Array; readonly digest: string }>
  /** Streams what the job of a lease has saved to the coordinator. Errors: `lease.lost`, `input.invalid`, `input.too-large`, `conflict`, `unavailable`. */
  readonly sendCheckpoint: (claim: Claim, checkpoint: SavedArchive, signal: AbortSignal) => Promise<void>
}

interface Claim {
  readonly leaseId: string
  readonly token: number
}

interface WantedInput {
  /** Its place in the list of the job. */
  readonly index: number
  readonly maxBytes: number
}

interface SavedArchive {
  readonly archive: Readable
  readonly bytes: number
  readonly sha256: string
}

export interface LinkDeps {
  readonly baseUrl: string
  readonly signer: Signer
  readonly time: Pick<CoordinatorTime, 'now' | 'doubted'>
  /** Ends the link with everything that is under way. */
  readonly signal?: AbortSignal
}

const BLOB_TIMEOUT_MS = 120_000
/** A page of events with all their receipts is a few of these. */
const MAX_ANSWER_BYTES = 16 * 1_048_576

/** The coordinator as a node sees it: every request signed by the device key (RFC 9421), with the coordinator's time. */
export function createCoordinatorLink({ baseUrl, signer, time, signal }: LinkDeps): CoordinatorLink {
  const authorize = (request: OutgoingRequest) => signRequest(signer, request, { now: time.now(), nonce: randomBytes(16).toString('base64url') })
  const checkpointAt = ({ leaseId, token }: Claim): URL => new URL(`/v1/leases/${encodeURIComponent(leaseId)}/checkpoint?token=${token}`, baseUrl)
  const until = (cancelled: AbortSignal): AbortSignal => (signal ? AbortSignal.any([signal, cancelled]) : cancelled)
  return {
    client: connect(coordinatorContract, createTimedTransport({ baseUrl, authorize, maxBytes: MAX_ANSWER_BYTES, signal }, time)),
    async fetchArchive(digest, cancelled) {
      const request = { method: 'GET', url: new URL(`/v1/blobs/${digest}`, baseUrl), body: null } as const
      const bytes = await send(request, { authorize, timeoutMs: BLOB_TIMEOUT_MS, signal: until(cancelled) })
      if (`sha256:${sha256Hex(bytes)}` !== digest)
        throw new WindfallError('runtime.image', `The coordinator sent something else than ${digest}. The job is not run.`)
      return bytes
    },
    fetchCheckpoint: (claim, take, cancelled) =>
      receive({ method: 'GET', url: checkpointAt(claim), body: null }, { authorize, timeoutMs: BLOB_TIMEOUT_MS, signal: until(cancelled) }, take),
    async fetchInput({ leaseId, token, index, maxBytes }, cancelled) {
      const url = new URL(`/v1/leases/${encodeURIComponent(leaseId)}/inputs/${index}?token=${token}`, baseUrl)
      let announced: unknown = null
      const answered = (headers: IncomingHttpHeaders) => (announced = headers['repr-digest'])
      const options = { authorize, timeoutMs: BLOB_TIMEOUT_MS, signal: until(cancelled), maxBytes, answered }
      const content = await send({ method: 'GET', url, body: null }, options)
      const sha256 = sha256Hex(content)
      if (announced !== `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
        throw new WindfallError('unavailable', 'An input of the job arrived damaged. It is fetched again.')
      return { content, digest: `sha256:${sha256}` }
    },
    async sendCheckpoint(claim, { archive, bytes, sha256 }, cancelled) {
      const request = { method: 'PUT', url: checkpointAt(claim), body: { content: archive, bytes, sha256 } } as const
      await send(request, { authorize, timeoutMs: BLOB_TIMEOUT_MS, signal: until(cancelled) })
    },
  }
}

const isRefusal = (error: unknown): boolean => error instanceof WindfallError && ['auth.required', 'auth.refused'].includes(error.code)

/** A refusal may be about our time, and says what time it is: then one more try with that one. */
function createTimedTransport(options: HttpTransportOptions, time: Pick<CoordinatorTime, 'doubted'>): Transport {
  const over = (answered?: HttpTransportOptions['answered']) => createHttpTransport(coordinatorContract, { ...options, ...(answered && { answered }) })
  const plain = over()
  return {
    ...plain,
    async invoke(name, input) {
      let date: string | null = null
      try {
        return await over((headers) => (date = headers.date ?? null)).invoke(name, input)
      } catch (error) {
        if (!isRefusal(error) || !time.doubted(date)) throw error
        return plain.invoke(name, input)
      }
    },
  }
}
