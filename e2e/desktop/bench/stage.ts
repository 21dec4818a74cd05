/** What the rows of the desktop benchmark are measured on: the real shell on the double, an agent of sample facts, and the least that the double can do. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type Page, chromium } from '@playwright/test'
import { CHROMIUM_ARGS, chromiumPath } from '../../support/chromium.ts'
import { type DesktopApp, RENDERER, launchDesktop } from '../../support/desktop-app.ts'
import { type DoubleApplication, launchDouble } from '../../support/electron-double/launch.ts'
import { loadedWindow } from '../../support/fixtures.ts'
import { type SampleAgent, startSampleAgent } from '../../support/sample-agent.ts'

/** An application with one empty window and one call: what anything on the double takes. */
const BARE_MAIN = `import { join } from 'node:path'
import { app, BrowserWindow, ipcMain, protocol } from 'electron'
protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }])
app.on('window-all-closed', () => {})
globalThis.openBare = () => new BrowserWindow({ webPreferences: { preload: join(import.meta.dirname, 'preload.cjs') } }).loadURL('app://windfall/index.html')
app.whenReady().then(() => {
  protocol.handle('app', () => new Response('<!doctype html><title>bare</title><p>bare</p>', { headers: { 'content-type': 'text/html' } }))
  ipcMain.handle('ping', (event, input) => input)
  return globalThis.openBare()
})
`
const BARE_PRELOAD = `const { contextBridge, ipcRenderer } = require('electron')
contextBridge.exposeInMainWorld('bare', { ping: (input) => ipcRenderer.invoke('ping', input) })
`

export interface Stage extends AsyncDisposable {
  readonly browser: Browser
  readonly agent: SampleAgent
  readonly launch: () => Promise<DesktopApp>
  readonly launchBare: () => Promise<DoubleApplication>
  /** A page with nothing in it. */
  readonly emptyPage: () => Promise<Page>
}

export async function openStage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-bench-'))
  const dataDirectory = join(directory, 'data')
  mkdirSync(dataDirectory, { mode: 0o700 })
  writeFileSync(join(directory, 'main.mjs'), BARE_MAIN)
  writeFileSync(join(directory, 'preload.cjs'), BARE_PRELOAD)
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS })
  const agent = await startSampleAgent(dataDirectory, RENDERER)
  return {
    browser,
    agent,
    launch: () => launchDesktop({ dataDirectory, trayHost: true, browser, programs: join(directory, 'bin'), keyring: join(directory, 'keyring') }),
    launchBare: () => launchDouble({ main: join(directory, 'main.mjs'), args: [], env: process.env, browser }),
    emptyPage: async () => (await browser.newContext({ viewport: { width: 1080, height: 720 } })).newPage(),
    async [Symbol.asyncDispose]() {
      await browser.close()
      await agent.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The window once it shows the agent's state. */
export async function firstState(app: DesktopApp): Promise<Page> {
  const window = await loadedWindow(app)
  await window
    .getByText(/^earning/i)
    .first()
    .waitFor()
  return window
}

export async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const since = performance.now()
  const value = await work()
  return { ms: performance.now() - since, value }
}

/** Proportional set size of every renderer process below this one, MiB; `null` where the system does not tell. */
export function rendererMib(): number | null {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    const parents = new Map(pids.flatMap((pid) => parentOf(pid)))
    const isOurs = (pid: number): boolean => pid === process.pid || (parents.has(pid) && isOurs(parents.get(pid) ?? 0))
    const ours = [...parents.keys()].filter((pid) => isOurs(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer'))
    return ours.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0), 0) / 1_024
  } catch {
    return null
  }
}

function parentOf(pid: string): [number, number][] {
  try {
    return [[Number(pid), Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)]]
  } catch {
    return []
  }
}
