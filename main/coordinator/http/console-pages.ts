import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { WindfallError } from '../../../shared/errors.ts'
import { packageRoot } from '../../kernel/paths.ts'
import { readStatic } from '../../kernel/static-files.ts'

const FOLDER = join(packageRoot, 'dist', 'console')
const HOME = '/console/'

const toHome = (_request: unknown, reply: FastifyReply) => reply.redirect(HOME, 302)

/**
 * `/console/`: the page that operators and requesters work in. Its files hold nothing but the program, so anybody may fetch them; what it shows, it asks for
 * as whoever has signed in.
 */
export function bindConsole(app: FastifyInstance, folder = FOLDER): void {
  const config = { access: 'public' } as const
  app.get('/', { config }, toHome)
  app.get('/console', { config }, toHome)
  app.get('/console/*', { config }, async (request, reply) => {
    const path = (request.url.split('?')[0] ?? '').slice(HOME.length - 1)
    const file = await readStatic(folder, path)
    if (file) return reply.headers(file.headers).send(file.body)
    if (path === '/') throw new WindfallError('not-found', 'The console is not built here. Run: npm run build.')
    throw new WindfallError('not-found', `There is nothing at ${HOME}${path.slice(1)}.`)
  })
}
