/** What became of the long-running processes of a test: one that ended by itself is why nothing happens any more, and says so on its way. */
import type { ChildProcess } from 'node:child_process'

const LAST_LINES = 12

export interface Watched {
  readonly stderr: () => string
  /** Settles with the exit code once the process is gone and all it said was read. */
  readonly ended: Promise<number>
  /** From now on it is meant to end. */
  readonly release: () => void
  /** How it ended though nobody asked it to, with its last words; `null` while it runs, or if it was meant to. */
  readonly fall: () => string | null
}

interface Known {
  readonly name: string
  readonly child: ChildProcess
  readonly stderr: () => string
}

/** Those that are meant to run. */
const meant = new Set<Known>()

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null
const lastLines = (text: string): string => text.trimEnd().split('\n').slice(-LAST_LINES).join('\n')

function describe({ name, child, stderr }: Known): string | null {
  const said = stderr() === '' ? 'and said nothing' : `and last said:\n${lastLines(stderr())}`
  if (hasEnded(child)) return `${name} ended by itself ${child.signalCode === null ? `with code ${child.exitCode}` : `on ${child.signalCode}`} ${said}`
  return stderr() === '' ? null : `${name} runs ${said}`
}

/** Watches a process under a name for people until it is released. */
export function watch(name: string, child: ChildProcess): Watched {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const known = { name, child, stderr: () => said }
  meant.add(known)
  return {
    stderr: known.stderr,
    ended: new Promise((resolve) => child.on('close', (code) => resolve(code ?? -1))),
    release: () => void meant.delete(known),
    fall: () => (meant.has(known) && hasEnded(child) ? describe(known) : null),
  }
}

/** What is known of every process that is meant to run, those that do not run first, to go after the message of a failure; empty if all are silent. */
export const whatIsKnown = (): string =>
  [...meant]
    .toSorted((a, b) => Number(hasEnded(b.child)) - Number(hasEnded(a.child)))
    .flatMap((known) => describe(known) ?? [])
    .map((line) => `; ${line}`)
    .join('\n')
