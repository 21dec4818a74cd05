import type { BrowserContext, Page } from '@playwright/test'
import { toAppUrl, toPageUrl } from './app-url.ts'
import type { Link } from './link.ts'
import type { AppOperations, HostOperations } from './operations.ts'
import { type TellPreload, attachPreload } from './preload-session.ts'

interface WindowPage {
  readonly window: number
  readonly page: Page
  /** The address that the application itself is loading, which is nobody's navigation. */
  loading: string | null
  readonly tellPreload: TellPreload
}

export interface Pages {
  readonly all: () => readonly WindowPage[]
  readonly of: (page: Page) => WindowPage | undefined
  readonly operations: HostOperations
}

interface PagesDeps {
  readonly context: BrowserContext
  readonly app: () => Pick<Link<AppOperations>, 'ask'>
  readonly onWindow: (page: Page) => void
}

/** The windows of the application, each a page of `context`. */
export function createPages(deps: PagesDeps): Pages {
  const open = new Map<number, WindowPage>()
  return {
    all: () => [...open.values()],
    of: (page) => [...open.values()].find((candidate) => candidate.page === page),
    operations: {
      createWindow: createWindow(open, deps),
      loadUrl: async ({ window, url }) => load(open.get(window), toPageUrl(url)),
      destroyWindow: async ({ window }) => {
        const target = open.get(window)
        open.delete(window)
        await target?.page.close()
      },
      setVisible: async ({ window, visible }) =>
        open
          .get(window)
          ?.page.evaluate(pretendVisibility, visible ? 'visible' : 'hidden')
          .catch(() => {}),
      sendToPage: async ({ window, channel, args }) => open.get(window)?.tellPreload({ kind: 'event', channel, args }),
    },
  }
}

function createWindow(open: Map<number, WindowPage>, { context, app, onWindow }: PagesDeps): HostOperations['createWindow'] {
  let creating = 0
  // The application was asked when the request came in; Electron would not even have made this page.
  context.on('page', (page) => {
    if (creating === 0) page.close().catch(() => {})
  })
  return async ({ window, preload }) => {
    creating++
    const page = await context.newPage().finally(() => creating--)
    const tellPreload = preload === '' ? async () => {} : await attachPreload({ page, window, preload, app })
    open.set(window, { window, page, loading: null, tellPreload })
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame())
        app()
          .ask('pageMoved', { window, url: toAppUrl(frame.url()) })
          .catch(() => {})
    })
    page.on('close', () => {
      if (open.delete(window))
        app()
          .ask('pageClosed', { window })
          .catch(() => {})
    })
    onWindow(page)
  }
}

async function load(target: WindowPage | undefined, url: string): Promise<void> {
  if (!target) return
  target.loading = url.replace(/#.*$/, '')
  // A window may be closed while it loads, and then there is nothing left to wait for.
  await target.page.goto(url, { waitUntil: 'load' }).catch(() => {})
  target.loading = null
}

/** A page of a headless browser is always visible; this one believes otherwise. */
function pretendVisibility(state: string): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
  Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}
