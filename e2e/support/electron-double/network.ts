import type { BrowserContext, Frame, Request, Route } from '@playwright/test'
import { isAppPage, toAppUrl } from './app-url.ts'
import type { Link } from './link.ts'
import type { AppOperations } from './operations.ts'
import type { Pages } from './pages.ts'

/** Answers every request of the context by the application's own scheme handler; nothing reaches a network. */
export async function routeRequests(context: BrowserContext, pages: Pages, app: () => Pick<Link<AppOperations>, 'ask'>): Promise<void> {
  const serve = async (route: Route) => {
    const request = route.request()
    if (request.isNavigationRequest() && (await isRefused(request, pages, app))) return route.abort('aborted')
    if (!isAppPage(request.url())) return route.abort('blockedbyclient')
    const response = await app().ask('request', {
      url: toAppUrl(request.url()),
      method: request.method(),
      headers: request.headers(),
      body: request.postDataBuffer(),
    })
    if (response === null) return route.abort('failed')
    return route.fulfill({ status: response.status, headers: response.headers, body: Buffer.from(response.body) })
  }
  await context.route('**/*', (route) => serve(route).catch(() => route.abort('failed').catch(() => {})))
}

/** Asks the application as Electron would: `will-navigate` for the main frame of a window, the open handler for a new window. */
async function isRefused(request: Request, pages: Pages, app: () => Pick<Link<AppOperations>, 'ask'>): Promise<boolean> {
  const frame = frameOf(request)
  const owner = frame && pages.of(frame.page())
  const url = toAppUrl(request.url())
  if (!owner) {
    const opener = pages.all()[0]
    if (opener && (await app().ask('windowOpen', { window: opener.window, url })) === 'allow')
      throw new Error('electron double: child windows are not implemented')
    return true
  }
  if (frame !== owner.page.mainFrame() || request.url() === owner.loading) return false
  return app().ask('willNavigate', { window: owner.window, url })
}

/** The first request of a window that is being opened has no frame yet. */
function frameOf(request: Request): Frame | null {
  try {
    return request.frame()
  } catch {
    return null
  }
}
