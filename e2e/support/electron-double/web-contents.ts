import { EventEmitter } from 'node:events'
import { askHost } from './host.ts'

type OpenHandler = (details: { url: string; frameName: string; features: string; disposition: string }) => { action: 'allow' | 'deny' }

interface Page {
  url: string
  openHandler: OpenHandler
}

/** What Electron keeps behind a page, out of the reach of the application. */
const pages = new Map<number, Page>()

function pageOf(window: number): Page {
  const page = pages.get(window) ?? { url: '', openHandler: () => ({ action: 'allow' }) as const }
  pages.set(window, page)
  return page
}

export const movePage = (window: number, url: string): void => void (pageOf(window).url = url)
export const askToOpen = (window: number, url: string): 'allow' | 'deny' =>
  pageOf(window).openHandler({ url, frameName: '', features: '', disposition: 'foreground-tab' }).action

export class WebContents extends EventEmitter {
  readonly id: number
  readonly #isDestroyed: () => boolean

  constructor(id: number, isDestroyed: () => boolean) {
    super()
    this.id = id
    this.#isDestroyed = isDestroyed
  }
  /** Arguments go by structured clone, as in Electron: what cannot be cloned throws here. */
  send(channel: string, ...args: unknown[]): void {
    if (this.#isDestroyed()) throw new TypeError('Object has been destroyed')
    askHost('sendToPage', { window: this.id, channel, args: structuredClone(args) }).catch(() => {})
  }
  getURL(): string {
    return pageOf(this.id).url
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    pageOf(this.id).openHandler = handler
  }
}
