import { vi } from 'vitest'
import { main } from './index.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

const exitCode = (): number => Number(process.exitCode ?? 0)

/** Runs one command line inside this process, the way the executable does, and gives back what it wrote and its exit code. */
export async function run(...args: readonly string[]): Promise<Ran> {
  const written = { out: '', err: '' }
  const capture = (stream: 'out' | 'err') => (chunk: string | Uint8Array) => {
    written[stream] += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
    return true
  }
  const spies = [vi.spyOn(process.stdout, 'write').mockImplementation(capture('out')), vi.spyOn(process.stderr, 'write').mockImplementation(capture('err'))]
  const before = process.exitCode
  try {
    process.exitCode = undefined
    await main(['node', 'windfall', ...args])
    return { ...written, code: exitCode() }
  } finally {
    process.exitCode = before
    for (const spy of spies) spy.mockRestore()
  }
}
