import { type ChildProcess, fork as forkNode } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { isReady } from './app.ts'
import { record } from './effects.ts'
import { strict } from './strict.ts'

type Stream = 'ignore' | 'inherit' | 'pipe'

interface ForkOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly serviceName?: string
  /** For all three, or one by one; the first is always ignored. */
  readonly stdio?: Stream | readonly Stream[]
}

const BOOT = join(import.meta.dirname, 'utility-boot.ts')

/** A real process of its own, with `process.parentPort` instead of Node's channel. */
class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess
  #pid: number | undefined = undefined

  constructor(modulePath: string, args: readonly string[], { env = process.env, stdio = 'inherit' }: ForkOptions) {
    super()
    const [, out, err] = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio
    this.#child = forkNode(BOOT, [modulePath, ...args], {
      env,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', out ?? 'inherit', err ?? 'inherit', 'ipc'],
    })
    this.#child.once('spawn', () => {
      this.#pid = this.#child.pid
      this.emit('spawn')
    })
    this.#child.once('exit', (code) => {
      this.emit('exit', code ?? 1)
      this.#pid = undefined
    })
    this.#child.on('message', (message) => this.emit('message', message))
    this.#child.on('error', () => {})
  }
  get pid(): number | undefined {
    return this.#pid
  }
  get stdout(): NodeJS.ReadableStream | null {
    return this.#child.stdout
  }
  get stderr(): NodeJS.ReadableStream | null {
    return this.#child.stderr
  }
  /** Structured clone, as in Electron: what cannot be cloned throws here, and a process that is gone hears nothing. */
  postMessage(message: unknown): void {
    const copy = structuredClone(message) as object
    if (this.#child.connected) this.#child.send(copy, () => {})
  }
  kill(): boolean {
    return this.#child.kill('SIGTERM')
  }
}

export const utilityProcess = strict('utilityProcess', {
  fork: (modulePath: string, args: readonly string[] = [], options: ForkOptions = {}): UtilityProcess => {
    if (!isReady()) throw new Error('utilityProcess cannot be created before app is ready')
    record('utilityProcess.fork', { modulePath, args, serviceName: options.serviceName ?? '', env: options.env ?? null })
    return strict('UtilityProcess', new UtilityProcess(modulePath, args, options))
  },
})
