import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../shared/errors.ts'
import { watch, whatIsKnown } from './service-end.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ENTRY = join(ROOT, 'main', 'cli', 'windfall.mjs')

/** An empty data directory that goes away with the test. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'windfall-e2e-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Tests never reach out: no live grid data, no download, no setting of the machine they run on. */
const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  DOCKER_HOST: process.env['DOCKER_HOST'],
  WINDFALL_OFFLINE: '1',
  ...more,
})

/** `behind`: a command that becomes the one given to it, such as `unshare -m`. */
function launch(args: readonly string[], env?: Readonly<Record<string, string>>, behind: readonly string[] = []): ChildProcess {
  const [file = process.execPath, ...rest] = [...behind, process.execPath, ENTRY, ...args]
  return spawn(file, rest, { cwd: ROOT, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Runs one command to its end. */
export function windfall(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished> {
  const child = launch(args, env)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
  })
}

/** The answer of a command that was asked for `--json`. */
export async function answer<T>(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<T> {
  const { code, stdout, stderr } = await windfall([...args, '--json'], env)
  if (code !== 0) throw new Error(`windfall ${args.join(' ')} ended with ${code}: ${stderr}${whatIsKnown()}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T
}

export interface Service<T> {
  /** What the command said when it was ready. */
  readonly ready: T
  readonly pid: number
  readonly alive: () => boolean
  /** SIGTERM, then waits for the end. Returns the exit code. */
  readonly stop: () => Promise<number>
  /** SIGKILL, as a power cut would. */
  readonly kill: () => Promise<void>
  readonly stderr: () => string
  /** How it ended though nobody asked it to, with its last words; `null` while it runs, or once it was stopped or killed. */
  readonly fall: () => string | null
}

/** Starts a long-running command with `--json` and resolves with its first line of output. */
export function startService<T>(args: readonly string[], env?: Readonly<Record<string, string>>, behind?: readonly string[]): Promise<Service<T>> {
  const child = launch([...args, '--json'], env, behind)
  const { ended, fall, release, stderr } = watch(`windfall ${args.join(' ')}`, child)
  let stdout = ''
  const end = async (signal: NodeJS.Signals) => {
    release()
    child.kill(signal)
    return ended
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    void ended.then((code) => reject(new Error(`windfall ${args.join(' ')} ended with ${code} before it was ready: ${stderr()}${stdout}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      const [line, rest] = stdout.split('\n')
      if (line === undefined || rest === undefined) return
      const ready = JSON.parse(line) as T & { readonly error?: unknown }
      // It says why, and ends.
      if (ready.error !== undefined) return
      resolve({
        ready,
        pid: child.pid ?? 0,
        alive: () => child.exitCode === null && child.signalCode === null,
        stop: () => end('SIGTERM'),
        kill: async () => void (await end('SIGKILL')),
        stderr,
        fall,
      })
    })
  })
}

/** Asks until the answer is what the test waits for; fails with the last one when time is up. */
export async function until<T>(
  ask: () => Promise<T>,
  accept: (value: T) => boolean,
  { what, timeoutMs = 120_000 }: { what: string; timeoutMs?: number },
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  let last = 'nothing'
  while (performance.now() < deadline) {
    try {
      const value = await ask()
      if (accept(value)) return value
      last = typeof value === 'bigint' ? String(value) : JSON.stringify(value)
    } catch (error) {
      last = messageOf(error)
    }
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  const known = whatIsKnown()
  throw new Error(`${what} did not happen within ${timeoutMs / 1_000} s; last: ${last}${last.endsWith(known) ? '' : known}`)
}
