import type { BrowserContext, CDPSession, Page } from '@playwright/test'
import { toAppUrl, toPageUrl } from './app-url.ts'
import type { Link } from './link.ts'
import type { AppOperations, HostOperations } from './operations.ts'
import { BINDING, PRELOAD_WORLD, deliver, pageScript, preloadScript } from './page-scripts.ts'

interface WindowPage {
  readonly window: number
  readonly page: Page
  /** The address that the application itself is loading, which is nobody's navigation. */
  loading: string | null
  readonly tellPreload: (message: object) => Promise<void>
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
export function createPages({ context, app, onWindow }: PagesDeps): Pages {
  const open = new Map<number, WindowPage>()
  let creating = 0
  // The application was asked when the request came in; Electron would not even have made this page.
  context.on('page', (page) => {
    if (creating === 0) page.close().catch(() => {})
  })

  const createWindow: HostOperations['createWindow'] = async ({ window, preload }) => {
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
  const loadUrl: HostOperations['loadUrl'] = async ({ window, url }) => {
    const target = open.get(window)
    if (!target) return
    target.loading = toPageUrl(url).replace(/#.*$/, '')
    // A window may be closed while it loads, and then there is nothing left to wait for.
    await target.page.goto(toPageUrl(url), { waitUntil: 'load' }).catch(() => {})
    target.loading = null
  }
  const destroyWindow: HostOperations['destroyWindow'] = async ({ window }) => {
    const target = open.get(window)
    open.delete(window)
    await target?.page.close()
  }
  return {
    all: () => [...open.values()],
    of: (page) => [...open.values()].find((candidate) => candidate.page === page),
    operations: {
      createWindow,
      loadUrl,
      destroyWindow,
      setVisible: async ({ window, visible }) =>
        open
          .get(window)
          ?.page.evaluate(pretendVisibility, visible ? 'visible' : 'hidden')
          .catch(() => {}),
      sendToPage: async ({ window, channel, args }) => open.get(window)?.tellPreload({ kind: 'event', channel, args }),
    },
  }
}

/** A page of a headless browser is always visible; this one believes otherwise. */
function pretendVisibility(state: string): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
  Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}

/** Puts the preload into an isolated world of every document, with a binding that only this world can see. */
async function attachPreload({
  page,
  window,
  preload,
  app,
}: {
  page: Page
  window: number
  preload: string
  app: PagesDeps['app']
}): Promise<WindowPage['tellPreload']> {
  const cdp = await page.context().newCDPSession(page)
  const frames = new Map<number, string>()
  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.name === PRELOAD_WORLD) frames.set(context.id, (context.auxData as { frameId: string }).frameId)
  })
  cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => void frames.delete(executionContextId))
  cdp.on('Runtime.executionContextsCleared', () => frames.clear())
  const mainFrameId = await prepare(cdp, preload)
  const run = async (contextId: number, message: object) =>
    void (await cdp.send('Runtime.evaluate', { contextId, expression: deliver(message) }).catch(() => {}))
  cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name !== BINDING) return
    const isMainFrame = frames.get(executionContextId) === mainFrameId
    const { id, channel, args } = JSON.parse(payload) as { id: number; channel: string; args: unknown[] }
    const question = {
      window,
      channel,
      args: args.map(restoreUndefined),
      frameUrl: isMainFrame ? toAppUrl(page.mainFrame().url()) : 'about:blank',
      isMainFrame,
    }
    const replied = app().ask('invoke', question)
    void replied.then(
      (result) => run(executionContextId, { kind: 'reply', id, result }),
      (error: Error) => run(executionContextId, { kind: 'reply', id, error: error.message }),
    )
  })
  return async (message) => {
    const contextId = [...frames].find(([, frame]) => frame === mainFrameId)?.[0]
    if (contextId !== undefined) await run(contextId, message)
  }
}

const restoreUndefined = (arg: unknown): unknown => (typeof arg === 'object' && arg !== null && '$undefined' in arg ? undefined : arg)

async function prepare(cdp: CDPSession, preload: string): Promise<string> {
  await cdp.send('Page.enable')
  await cdp.send('Runtime.enable')
  await cdp.send('Runtime.addBinding', { name: BINDING, executionContextName: PRELOAD_WORLD })
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript })
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: preloadScript(preload), worldName: PRELOAD_WORLD })
  return (await cdp.send('Page.getFrameTree')).frameTree.frame.id
}
