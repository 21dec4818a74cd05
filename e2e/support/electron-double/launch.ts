import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import type * as electron from './electron.ts'
import { createLink } from './link.ts'
import { routeRequests } from './network.ts'
import type { AppOperations } from './operations.ts'
import { createPages } from './pages.ts'

export interface DoubleOptions {
  /** The built main bundle. */
  readonly main: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly browser: Browser
}

/** The surface of Playwright's `ElectronApplication`, over the double. */
export interface DoubleApplication {
  readonly context: () => BrowserContext
  readonly process: () => ChildProcess
  readonly windows: () => Page[]
  readonly firstWindow: () => Promise<Page>
  readonly waitForEvent: (event: 'window') => Promise<Page>
  readonly evaluate: <R, A = undefined>(run: (module: typeof electron, argument: A) => R | Promise<R>, argument?: A) => Promise<R>
  /** The same for the source of a function, whatever it was written against. */
  readonly evaluateSource: (source: string, argument: unknown) => Promise<never>
  readonly close: () => Promise<void>
  /** Settles with the exit code once the application has ended. */
  readonly exited: Promise<number | null>
  /** Everything it printed so far. */
  readonly output: () => string
}

/** Long enough for an agent to release all it holds on a slow machine. */
const QUIT_MS = 60_000

/** Starts the real main bundle in a Node process in which `electron` is the double. */
export async function launchDouble({ main, args, env, browser }: DoubleOptions): Promise<DoubleApplication> {
  const context = await browser.newContext({ viewport: { width: 1080, height: 720 }, colorScheme: 'light' })
  const child = fork(join(import.meta.dirname, 'boot.ts'), [main, ...args], {
    execArgv: [],
    env: { ...env },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const output = collect(child)
  const events = new EventEmitter()
  const pages = createPages({ context, app: () => link, onWindow: (page) => void events.emit('window', page) })
  // A message to a process that has just ended is no failure: its exit is reported elsewhere.
  const send = (message: unknown) => void (child.connected && child.send(message as object, () => {}))
  const link = createLink<AppOperations>({ send, onMessage: (listener) => void child.on('message', listener) }, pages.operations)
  await routeRequests(context, pages, () => link)
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      link.fail(`the application ended with ${code}\n${output()}`)
      events.emit('exit')
      resolve(code)
    })
  })
  const evaluateSource = (source: string, argument: unknown) => link.ask('evaluate', { source, argument }) as Promise<never>
  const nextWindow = () => windowBefore(events, () => `the application ended without a window\n${output()}`)
  return {
    context: () => context,
    process: () => child,
    output,
    exited,
    windows: () => pages.all().map(({ page }) => page),
    firstWindow: async () => pages.all()[0]?.page ?? nextWindow(),
    waitForEvent: nextWindow,
    evaluate: (run, argument) => evaluateSource(run.toString(), argument),
    evaluateSource,
    close: async () => {
      if (child.exitCode === null) link.ask('quit', null).catch(() => {})
      await Promise.race([exited, killLater(child)])
      await context.close()
    },
  }
}

/** The next window, unless the application ends first. */
async function windowBefore(events: EventEmitter, reason: () => string): Promise<Page> {
  const ended = new AbortController()
  events.once('exit', () => ended.abort(new Error(reason())))
  return ((await once(events, 'window', { signal: ended.signal })) as [Page])[0]
}

async function killLater(child: ChildProcess): Promise<void> {
  await wait(QUIT_MS, undefined, { ref: false })
  child.kill('SIGKILL')
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => void (text += chunk.toString('utf8')))
  return () => text
}
