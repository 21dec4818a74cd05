import { randomBytes } from 'node:crypto'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { type Client, connect } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type OutgoingRequest, createHttpTransport, send } from '../../kernel/contract-http.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import { type Signer, sha256Hex } from '../../kernel/signing.ts'

export interface CoordinatorLink {
  readonly client: Client<typeof coordinatorContract>
  /** Fetches a blob by digest and checks that it is what was asked for. Errors: `runtime.image`, `unavailable`. */
  readonly fetchArchive: (digest: string) => Promise<Uint8Array>
}

/** The coordinator as a node sees it: every request signed by the device key (RFC 9421). */
export function createCoordinatorLink(baseUrl: string, signer: Signer, clock: Pick<Clock, 'now'>): CoordinatorLink {
  const authorize = (request: OutgoingRequest) => signRequest(signer, request, { now: clock.now(), nonce: randomBytes(16).toString('base64url') })
  return {
    client: connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl, authorize })),
    async fetchArchive(digest) {
      const bytes = await send({ method: 'GET', url: new URL(`/v1/blobs/${digest}`, baseUrl), body: null }, { authorize, timeoutMs: 120_000 })
      if (`sha256:${sha256Hex(bytes)}` !== digest)
        throw new WindfallError('runtime.image', `The coordinator sent something else than ${digest}. The job is not run.`)
      return bytes
    },
  }
}
