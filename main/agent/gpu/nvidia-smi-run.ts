import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../../kernel/clock.ts'

export interface SmiProgram {
  readonly path: string
  readonly environment: Readonly<Record<string, string>>
  readonly clock: Clock
}

/** More than any driver prints; a program that prints more is not `nvidia-smi`. */
const MAX_OUTPUT = 1_048_576

/** `null` if the system has no room for another process. */
export function spawnSmi({ path, environment }: SmiProgram, args: readonly string[]): ChildProcess | null {
  try {
    const child = spawn(path, [...args], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...environment }, windowsHide: true })
    child.stdout?.setEncoding('utf8')
    return child
  } catch {
    return null
  }
}

/** What the program prints, or `null` if it fails, prints too much or takes longer than `timeoutMs`. */
export async function runSmi(
  program: SmiProgram,
  { args, timeoutMs }: { args: readonly string[]; timeoutMs: number },
  signal: AbortSignal,
): Promise<string | null> {
  const child = signal.aborted ? null : spawnSmi(program, args)
  if (!child) return null
  const ended = new AbortController()
  let output: string | null = ''
  const fail = () => {
    output = null
    child.kill('SIGKILL')
  }
  child.stdout?.on('data', (text: string) => {
    if (output === null || output.length + text.length > MAX_OUTPUT) fail()
    else output += text
  })
  const code = new Promise<number | null>((resolve) => child.once('error', () => resolve(null)).once('close', resolve))
  void program.clock.sleep(timeoutMs, AbortSignal.any([ended.signal, signal])).then(() => !ended.signal.aborted && fail())
  const isFine = (await code) === 0
  ended.abort()
  return isFine ? output : null
}
