import type { CDPSession, Page } from '@playwright/test'
import { toAppUrl } from './app-url.ts'
import type { Link } from './link.ts'
import type { AppOperations } from './operations.ts'
import { BINDING, PRELOAD_WORLD, deliver, pageScript, preloadScript } from './page-scripts.ts'

export interface PreloadDeps {
  readonly page: Page
  readonly window: number
  /** Source of the built preload bundle. */
  readonly preload: string
  readonly app: () => Pick<Link<AppOperations>, 'ask'>
}

export type TellPreload = (message: object) => Promise<void>

/** Puts the preload into an isolated world of every document, with a binding that only this world can see. */
export async function attachPreload({ page, window, preload, app }: PreloadDeps): Promise<TellPreload> {
  const cdp = await page.context().newCDPSession(page)
  const frames = trackPreloadWorlds(cdp)
  const mainFrameId = await install(cdp, preload)
  const run = async (contextId: number, message: object) =>
    void (await cdp.send('Runtime.evaluate', { contextId, expression: deliver(message) }).catch(() => {}))
  cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name !== BINDING) return
    const isMainFrame = frames.get(executionContextId) === mainFrameId
    const { id, channel, args } = JSON.parse(payload) as { id: number; channel: string; args: unknown[] }
    const frameUrl = isMainFrame ? toAppUrl(page.mainFrame().url()) : 'about:blank'
    void app()
      .ask('invoke', { window, channel, args: args.map(restoreUndefined), frameUrl, isMainFrame })
      .then(
        (result) => run(executionContextId, { kind: 'reply', id, result }),
        (error: Error) => run(executionContextId, { kind: 'reply', id, error: error.message }),
      )
  })
  return async (message) => {
    const contextId = [...frames].find(([, frame]) => frame === mainFrameId)?.[0]
    if (contextId !== undefined) await run(contextId, message)
  }
}

/** The frame of every living preload world, by execution context. */
function trackPreloadWorlds(cdp: CDPSession): ReadonlyMap<number, string> {
  const frames = new Map<number, string>()
  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.name !== PRELOAD_WORLD) return
    const { frameId } = context.auxData as { frameId: string }
    // A frame has one preload world, that of its newest document, whenever the end of the one before is heard of.
    for (const [id, frame] of frames) if (frame === frameId) frames.delete(id)
    frames.set(context.id, frameId)
  })
  cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => void frames.delete(executionContextId))
  cdp.on('Runtime.executionContextsCleared', () => frames.clear())
  return frames
}

async function install(cdp: CDPSession, preload: string): Promise<string> {
  await cdp.send('Page.enable')
  await cdp.send('Runtime.enable')
  await cdp.send('Runtime.addBinding', { name: BINDING, executionContextName: PRELOAD_WORLD })
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript })
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: preloadScript(preload), worldName: PRELOAD_WORLD })
  return (await cdp.send('Page.getFrameTree')).frameTree.frame.id
}

const restoreUndefined = (arg: unknown): unknown => (typeof arg === 'object' && arg !== null && '$undefined' in arg ? undefined : arg)
