import { refusalOf } from '../../shared/contract/http-transport.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Credential } from './credential.ts'

interface Upload {
  /** `sha256:` and what the bytes hash to: the coordinator refuses anything else. */
  readonly digest: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Told how many bytes have left. */
  readonly onProgress: (sent: number) => void
  readonly signal: AbortSignal
}

/** Puts bytes where the machines that run a job find them. Repeating it is harmless. Errors: what the coordinator refuses with; `unavailable`. */
export type PutBytes = (upload: Upload) => Promise<void>

/** Uploads to the coordinator that this page came from. `fetch` says nothing of what has left, so it is not used. */
export const uploadHere =
  (credential: Credential): PutBytes =>
  ({ digest, bytes, onProgress, signal }) =>
    new Promise((done, fail) => {
      const request = new XMLHttpRequest()
      request.open('PUT', `/v1/blobs/${digest}`)
      request.responseType = 'arraybuffer'
      request.setRequestHeader('content-type', 'application/octet-stream')
      const key = credential.apiKey()
      if (key !== null) request.setRequestHeader('authorization', `Bearer ${key}`)
      request.upload.onprogress = ({ loaded }) => onProgress(loaded)
      request.onload = () => {
        if (request.status < 300) return done()
        fail(refusalOf(request.status, new Uint8Array(request.response as ArrayBuffer)))
      }
      request.onerror = () => fail(new WindfallError('unavailable', 'The coordinator does not answer. Nothing was submitted; try again.'))
      request.onabort = () => fail(new WindfallError('unavailable', 'Stopped. Nothing was submitted.'))
      signal.addEventListener('abort', () => request.abort(), { once: true })
      request.send(bytes)
    })
