import type { FastifyRequest } from 'fastify'
import { WindfallError } from '../../../shared/errors.ts'

/** The bytes of an upload while they arrive. Error: `input.invalid` for what came as JSON, which is read whole before anybody asks for it. */
export function streamedBody({ body }: Pick<FastifyRequest, 'body'>): AsyncIterable<Uint8Array> {
  if (Buffer.isBuffer(body)) throw new WindfallError('input.invalid', 'This is an upload: send it as application/octet-stream.')
  return (body ?? []) as AsyncIterable<Uint8Array>
}
