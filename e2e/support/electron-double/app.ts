import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preventable, record } from './effects.ts'
import { acquireInstanceLock } from './instance-lock.ts'
import { strict } from './strict.ts'

/** The windows, told apart from the application so that neither file imports the other. */
export interface OpenWindows {
  readonly all: () => readonly { close: () => void; destroy: () => void; isDestroyed: () => boolean }[]
}

let openWindows: OpenWindows = { all: () => [] }
export const setOpenWindows = (windows: OpenWindows): void => void (openWindows = windows)

let ready = false
let quitting = false
export const isReady = (): boolean => ready
export const isQuitting = (): boolean => quitting

/** Electron reads it from the folder that it was started with. */
const packaged = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8')) as { version: string }

class App extends EventEmitter {
  /** Told where the resources of an installed application lie, it is one. */
  readonly isPackaged = process.env['ELECTRON_DOUBLE_RESOURCES'] !== undefined
  readonly name = 'Windfall'
  readonly #paths = new Map<string, string>()
  readonly #ready = Promise.withResolvers<void>()
  #release: (() => void) | null = null
  #startsAtLogin = false

  whenReady(): Promise<void> {
    return this.#ready.promise
  }
  isReady(): boolean {
    return ready
  }
  getVersion(): string {
    return packaged.version
  }
  setPath(name: string, path: string): void {
    this.#paths.set(name, path)
  }
  getPath(name: string): string {
    const path = this.#paths.get(name) ?? mkdtempSync(join(tmpdir(), `electron-double-${name}-`))
    this.#paths.set(name, path)
    return path
  }
  requestSingleInstanceLock(additionalData: Record<string, unknown> = {}): boolean {
    this.#release = acquireInstanceLock(this.getPath('userData'), additionalData, (argv, directory, data) =>
      this.emit('second-instance', preventable(), argv, directory, data),
    )
    return this.#release !== null
  }
  releaseSingleInstanceLock(): void {
    this.#release?.()
    this.#release = null
  }
  getAppPath(): string {
    return process.cwd()
  }
  getPreferredSystemLanguages(): string[] {
    return (process.env['ELECTRON_DOUBLE_LANGUAGES'] ?? 'en-GB').split(',')
  }
  getLoginItemSettings(): { openAtLogin: boolean; wasOpenedAtLogin: boolean; executableWillLaunchAtLogin: boolean } {
    return { openAtLogin: this.#startsAtLogin, wasOpenedAtLogin: false, executableWillLaunchAtLogin: this.#startsAtLogin }
  }
  setLoginItemSettings(settings: { openAtLogin?: boolean }): void {
    this.#startsAtLogin = settings.openAtLogin === true
    record('app.setLoginItemSettings', settings)
  }
  setAsDefaultProtocolClient(protocol: string, path?: string, args?: readonly string[]): boolean {
    record('app.setAsDefaultProtocolClient', { protocol, path, args })
    return true
  }
  enableSandbox(): void {
    if (ready) throw new Error('enableSandbox must be called before the application is ready')
    record('app.enableSandbox')
  }
  setAppUserModelId(id: string): void {
    record('app.setAppUserModelId', id)
  }
  /** `before-quit`, every window's `close`, `will-quit`, `quit`; each but the last may call it off. */
  quit(): void {
    if (quitting) return
    const before = preventable()
    this.emit('before-quit', before)
    if (before.defaultPrevented) return
    quitting = true
    for (const window of openWindows.all()) {
      window.close()
      if (!window.isDestroyed()) return void (quitting = false)
    }
    const will = preventable()
    this.emit('will-quit', will)
    if (!will.defaultPrevented) this.exit(0)
  }
  /** Asks nobody. */
  exit(code = 0): void {
    for (const window of openWindows.all()) window.destroy()
    this.emit('quit', preventable(), code)
    this.releaseSingleInstanceLock()
    process.exit(code)
  }
  becomeReady(): void {
    ready = true
    this.emit('ready', preventable(), {})
    this.#ready.resolve()
  }
}

const instance = new App()
export const app = strict('app', instance as Omit<App, 'becomeReady'>)

/** Electron becomes ready only after the application's entry module has finished loading. */
export const becomeReady = (): void => instance.becomeReady()
