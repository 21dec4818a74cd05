import * as electron from './electron.ts'
import { app } from './app.ts'
import { windowById } from './browser-window.ts'
import { preventable } from './effects.ts'
import { handlerOf } from './ipc-main.ts'
import type { AppOperations } from './operations.ts'
import { schemeHandler } from './session.ts'
import { askToOpen, movePage } from './web-contents.ts'

/** Runs a spec's function inside the application, as Playwright does with the real one. */
const evaluate: AppOperations['evaluate'] = async ({ source, argument }) => {
  // oxlint-disable-next-line no-eval -- the function comes from the spec, as in Playwright's own `evaluate`
  const run = (0, eval)(`(${source})`) as (electronModule: typeof electron, argument: unknown) => unknown
  return structuredClone(await run(electron, argument))
}

const request: AppOperations['request'] = async ({ url, method, headers, body }) => {
  const handler = schemeHandler(new URL(url).protocol.slice(0, -1))
  if (!handler) return null
  const response = await handler(new Request(url, { method, headers, ...(body ? { body: Buffer.from(body) } : {}) }))
  return { status: response.status, headers: Object.fromEntries(response.headers), body: new Uint8Array(await response.arrayBuffer()) }
}

const invoke: AppOperations['invoke'] = async ({ window, channel, args, frameUrl, isMainFrame }) => {
  const senderFrame = { url: frameUrl, parent: isMainFrame ? null : {} }
  const event = { ...preventable(), sender: windowById(window)?.webContents, senderFrame }
  return structuredClone(await handlerOf(channel)(event, ...args))
}

/** What the host may ask of the application. */
export const appOperations: AppOperations = {
  invoke,
  request,
  evaluate,
  willNavigate: ({ window, url }) => {
    const event = preventable({ url, isMainFrame: true, isSameDocument: false })
    windowById(window)?.webContents.emit('will-navigate', event, url)
    return event.defaultPrevented
  },
  windowOpen: ({ window, url }) => askToOpen(window, url),
  pageMoved: ({ window, url }) => movePage(window, url),
  pageClosed: ({ window }) => windowById(window)?.close(),
  quit: () => void setImmediate(() => app.quit()),
}
