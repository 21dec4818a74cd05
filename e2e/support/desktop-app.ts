/** One spec, two engines: real Electron where `WINDFALL_ELECTRON_BIN` points to its binary, else the double. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type Page, _electron } from '@playwright/test'
import type * as Electron from 'electron'
import { type DoubleApplication, launchDouble } from './electron-double/launch.ts'

const root = join(import.meta.dirname, '..', '..')
export const RENDERER = join(root, 'dist', 'renderer')
const MAIN = join(root, 'dist', 'main', 'desktop.mjs')

const binary = process.env['WINDFALL_ELECTRON_BIN'] ?? ''
if (binary !== '' && !existsSync(binary)) throw new Error(`WINDFALL_ELECTRON_BIN points to ${binary}, which does not exist.`)
export const engine = binary === '' ? 'double' : 'electron'

/** What both engines have: the part of Playwright's `ElectronApplication` that specs use. */
export interface DesktopApp {
  readonly windows: () => Page[]
  readonly firstWindow: () => Promise<Page>
  readonly waitForEvent: (event: 'window') => Promise<Page>
  /** Runs inside the main process; `run` must not use anything outside itself. */
  readonly evaluate: <R, A = undefined>(run: (electron: typeof Electron, argument: A) => R | Promise<R>, argument?: A) => Promise<R>
  readonly close: () => Promise<void>
  /** Settles when the main process has ended. */
  readonly exited: Promise<unknown>
  readonly double: DoubleApplication | null
}

export interface DesktopOptions {
  readonly dataDirectory: string
  readonly trayHost: boolean
  readonly browser: Browser
  /** An empty folder for stand-ins of programs that the shell asks. */
  readonly programs: string
  /** The keyring of this test's session; the double has one of its own. */
  readonly keyring: string
  /** Further switches, as Chromium names them. */
  readonly switches?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export async function launchDesktop({
  dataDirectory,
  trayHost,
  browser,
  programs,
  keyring,
  switches = [],
  environment = {},
}: DesktopOptions): Promise<DesktopApp> {
  const args = [`--data=${dataDirectory}`, ...switches]
  const PATH = [desktopBus(programs, trayHost), process.env['PATH']].join(delimiter)
  const env = { ...machine(), ...environment, PATH, ELECTRON_DOUBLE_KEYRING: keyring }
  if (engine === 'double') {
    const double = await launchDouble({ main: MAIN, args, env, browser })
    return { ...double, evaluate: (run, argument) => double.evaluateSource(run.toString(), argument), double }
  }
  const app = await _electron.launch({ executablePath: binary, args: [root, ...args], env })
  return Object.assign(app, { exited: new Promise((resolve) => app.process().once('exit', resolve)), double: null })
}

/** The double's own members, for specs that look at recorded effects; such specs skip on real Electron. */
export function doubleOf({ double }: DesktopApp): DoubleApplication {
  if (double === null) throw new Error('This spec looks into the double, and real Electron runs.')
  return double
}

/** This process's environment without what would make an agent work for somebody, or look at this machine's GPUs. */
const machine = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('WINDFALL_')))

/** A D-Bus client that says whether this desktop has a tray, in place of the one of the machine. */
function desktopBus(directory: string, trayHost: boolean): string {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'gdbus'), `#!/bin/sh\necho '(${trayHost},)'\n`, { mode: 0o755 })
  return directory
}
