import { vi } from 'vitest'
import { main } from './index.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

const exitCode = (): number => Number(process.exitCode ?? 0)

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A command listens to signals until its process ends, which this one does not. Returns what forgets those that came since. */
function forgetSignals(): () => void {
  const before = new Map(SIGNALS.map((name) => [name, new Set(process.listeners(name))]))
  return () => {
    for (const [name, known] of before) for (const listener of process.listeners(name)) if (!known.has(listener)) process.off(name, listener)
  }
}

/** Runs one command line inside this process, the way the executable does, and gives back what it wrote and its exit code. */
export async function run(...args: readonly string[]): Promise<Ran> {
  const written = { out: '', err: '' }
  const capture = (stream: 'out' | 'err') => (chunk: string | Uint8Array) => {
    written[stream] += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
    return true
  }
  const spies = [vi.spyOn(process.stdout, 'write').mockImplementation(capture('out')), vi.spyOn(process.stderr, 'write').mockImplementation(capture('err'))]
  const before = process.exitCode
  const forget = forgetSignals()
  try {
    process.exitCode = undefined
    await main(['node', 'windfall', ...args])
    return { ...written, code: exitCode() }
  } finally {
    process.exitCode = before
    forget()
    for (const spy of spies) spy.mockRestore()
  }
}
