import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { app, isQuitting, setOpenWindows } from './app.ts'
import { preventable, record } from './effects.ts'
import { askHost } from './host.ts'
import { strict } from './strict.ts'
import { WebContents, movePage } from './web-contents.ts'

interface Options {
  readonly x?: number
  readonly y?: number
  readonly width?: number
  readonly height?: number
  readonly show?: boolean
  readonly webPreferences?: { readonly preload?: string }
}

const windows = new Map<number, BrowserWindow>()
setOpenWindows({ all: () => [...windows.values()] })
export const windowById = (id: number): BrowserWindow | undefined => windows.get(id)

let last = 0

export class BrowserWindow extends EventEmitter {
  readonly id = ++last
  readonly webContents: WebContents
  readonly #options: Options
  readonly #created: Promise<void>
  #destroyed = false
  #visible: boolean
  #minimized = false
  #maximized = false
  #focused = false

  static getAllWindows(): BrowserWindow[] {
    return [...windows.values()]
  }

  constructor(options: Options = {}) {
    super()
    this.#options = options
    this.#visible = options.show !== false
    this.webContents = strict('webContents', new WebContents(this.id, () => this.#destroyed))
    const self = strict('BrowserWindow', this)
    windows.set(this.id, self)
    record('BrowserWindow', JSON.parse(JSON.stringify(options)))
    const preload = options.webPreferences?.preload
    this.#created = askHost('createWindow', { window: this.id, preload: preload === undefined ? '' : readFileSync(preload, 'utf8') })
    app.emit('web-contents-created', preventable(), this.webContents)
    app.emit('browser-window-created', preventable(), self)
    return self
  }

  async loadURL(url: string): Promise<void> {
    movePage(this.id, url)
    await this.#created
    await askHost('loadUrl', { window: this.id, url })
    this.webContents.emit('did-finish-load', preventable())
    if (!this.#destroyed) this.emit('ready-to-show', preventable())
  }
  show(): void {
    this.#setVisible(true)
    this.focus()
  }
  focus(): void {
    this.#focused = true
    record('window.focus', this.id)
    this.emit('focus', preventable())
  }
  isVisible(): boolean {
    return this.#visible
  }
  blur(): void {
    this.#focused = false
    this.emit('blur', preventable())
  }
  minimize(): void {
    this.#minimized = true
    this.#focused = false
    this.#setVisible(false)
  }
  restore(): void {
    this.#minimized = false
    this.#setVisible(true)
  }
  isMinimized(): boolean {
    return this.#minimized
  }
  isDestroyed(): boolean {
    return this.#destroyed
  }
  isFocused(): boolean {
    return this.#focused
  }
  isMaximized(): boolean {
    return this.#maximized
  }
  maximize(): void {
    this.#maximized = true
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    const { x = 0, y = 0, width = 800, height = 600 } = this.#options
    return { x, y, width, height }
  }
  close(): void {
    if (this.#destroyed) return
    const event = preventable()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    windows.delete(this.id)
    askHost('destroyWindow', { window: this.id }).catch(() => {})
    this.emit('closed', preventable())
    if (windows.size > 0 || isQuitting()) return
    if (app.listenerCount('window-all-closed') === 0) app.quit()
    else app.emit('window-all-closed')
  }
  #setVisible(visible: boolean): void {
    this.#visible = visible
    askHost('setVisible', { window: this.id, visible }).catch(() => {})
    this.emit(visible ? 'show' : 'hide', preventable())
  }
}
