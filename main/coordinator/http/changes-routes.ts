import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CHANGES_PATH } from '../../../shared/contract/changes.ts'
import type { ChangeAsker, ChangeLine, ChangeParts } from './changes-parts.ts'
import type { Checked, createAccessCheck } from './access.ts'
import { personOf, principalOf } from './callers.ts'

const askerOf = ({ caller }: Checked): ChangeAsker => {
  const { account, grants } = principalOf(caller)
  return { account, grants, person: personOf(caller) }
}

function openLine(): { readonly stream: Readable; readonly line: ChangeLine } {
  const stream = new Readable({ read: () => undefined })
  return {
    stream,
    line: {
      write: (text) => void stream.push(text),
      unreadBytes: () => stream.readableLength,
      end: () => void stream.push(null),
    },
  }
}

/** The stream by which a page learns that it shows something old. */
export function bindChanges(
  app: FastifyInstance,
  { changes, check }: { readonly changes: ChangeParts; readonly check: ReturnType<typeof createAccessCheck> },
  checked: (request: FastifyRequest) => Checked,
): void {
  app.get(CHANGES_PATH, { config: { access: 'self.read', isLine: true }, exposeHeadRoute: false }, (request, reply) => {
    const { stream, line } = openLine()
    const end = changes.listen(askerOf(checked(request)), line, async () => askerOf(await check('self.read', request, false)))
    reply.raw.once('close', end)
    // Proxies that collect answers before they pass them on would keep this one to themselves.
    return reply.headers({ 'x-accel-buffering': 'no' }).type('text/event-stream; charset=utf-8').send(stream)
  })
}
