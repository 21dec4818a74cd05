import { type Protocol, protocol } from 'electron'
import { readStatic } from '../kernel/static-files.ts'
import { APP_HOST, APP_SCHEME } from './policy.ts'

/** Must run before the application is ready. */
export const declareAppScheme = (): void =>
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])

/** Serves the built window below `root` as `app://windfall/…`, with the headers that confine it, and nothing else. */
export function serveAppScheme(target: Pick<Protocol, 'handle'>, root: string): void {
  target.handle(APP_SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url)
    const file = host === APP_HOST && request.method === 'GET' ? await readStatic(root, pathname) : null
    return file === null ? new Response(null, { status: 404 }) : new Response(file.body, { headers: file.headers })
  })
}
