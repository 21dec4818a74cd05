import type { FastifyInstance } from 'fastify'
import { PROBLEMS_PATH } from '../../../shared/errors.ts'

const PUBLIC = { config: { access: 'public' } } as const

/** What everything that is answered looks like, and what can go wrong. Made when somebody asks for it, which few do: its schemas take more memory than all that answers. */
export function bindDescription(app: FastifyInstance, version: string): void {
  let made: Promise<string> | null = null
  app.get('/openapi.json', PUBLIC, async (_request, reply) => {
    made ??= import('./openapi.ts').then(({ openApi }) => JSON.stringify(openApi(version)))
    return reply.type('application/json; charset=utf-8').send(await made)
  })
  app.get(PROBLEMS_PATH, PUBLIC, async (_request, reply) => {
    const { PROBLEMS_HEADERS, problemsPage } = await import('../../kernel/problems-page.ts')
    return reply.headers(PROBLEMS_HEADERS).send(problemsPage())
  })
}
