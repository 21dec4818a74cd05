import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { WindfallError } from '../../../shared/errors.ts'
import { packageRoot } from '../../kernel/paths.ts'

const FILE = join(packageRoot, 'dist', 'verify', 'verify.html')

interface VerifyPage {
  readonly text: string
  /** What the page says it may do, which is nothing but to run itself. */
  readonly policy: string
}

async function readPage(file: string): Promise<VerifyPage> {
  const text = await readFile(file, 'utf8').catch(() => null)
  const policy = text === null ? undefined : /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(text)?.[1]
  if (text === null || policy === undefined)
    throw new WindfallError('not-found', 'The page is not built here. Run: npm run build. It also comes with: windfall receipt page.')
  return { text, policy }
}

/** `/verify.html`: the page that checks a receipt in the reader's own browser. Read when it is first asked for. */
export function bindVerifyPage(app: FastifyInstance, file = FILE): void {
  let read: Promise<VerifyPage> | null = null
  app.get('/verify.html', { config: { access: 'public' } }, async (_request, reply) => {
    read ??= readPage(file).catch((error: unknown) => {
      read = null
      throw error
    })
    const { text, policy } = await read
    return reply
      .headers({
        'content-security-policy': `${policy}; frame-ancestors 'none'`,
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      })
      .type('text/html; charset=utf-8')
      .send(text)
  })
}
