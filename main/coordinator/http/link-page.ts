import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { encodeQR } from 'qr'
import { resourcesDirectory } from '../../kernel/paths.ts'
import type { CoordinatorParts } from './parts.ts'

/**
 * The page asks a wallet, which can move money: nothing from elsewhere runs in it, and nobody shows it in a frame. Wallets bring their icon as a data
 * address.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Its address is the secret.
  'referrer-policy': 'no-referrer',
} as const

const FILES = {
  ':secret': ['index.html', 'text/html; charset=utf-8'],
  'page.css': ['page.css', 'text/css; charset=utf-8'],
  'page.js': ['page.js', 'text/javascript; charset=utf-8'],
} as const

const send = (reply: FastifyReply, type: string, content: string | Buffer) => reply.headers(HEADERS).type(type).send(content)

/** The page on which a wallet is linked, and its address as a QR code for the phone that has the wallet. */
export function bindLinkPage(app: FastifyInstance, wallets: Pick<CoordinatorParts['wallets'], 'open'>): void {
  for (const [path, [file, type]] of Object.entries(FILES)) {
    const content = readFileSync(join(resourcesDirectory, 'wallet-link', file))
    app.get(`/link/${path}`, { config: { access: 'public' } }, (_request, reply) => send(reply, type, content))
  }
  app.get('/link/:secret/qr.svg', { config: { access: 'public' } }, async (request, reply) => {
    const { secret = '' } = request.params as { readonly secret?: string }
    const { signIn } = await wallets.open(secret)
    return send(reply, 'image/svg+xml', encodeQR(`${signIn.uri}/${secret}`, 'svg'))
  })
}
