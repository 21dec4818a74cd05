import { closeSync, openSync, readSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type GameRules, gameAt } from './games.ts'
import type { Told } from './reading.ts'

export interface ProcessSweepDeps {
  readonly procRoot: string
  readonly rules: () => GameRules
  /** A job's processes are no games of the owner, whatever they call themselves. */
  readonly isOwn: (pid: number) => boolean
}

interface Seen {
  readonly game: string | null
  readonly looks: number
}

/** A process may become another program for this many looks after it appeared, as those that launchers start do. */
const YOUNG_LOOKS = 30
/** An older one is looked at once in so many sweeps. */
const ROUND = 16
const MAX_PROCESSES = 32_768
const MAX_COMMAND = 4_096
const MAX_GAMES = 16

/**
 * Finds games among the processes of this machine. Meant to be called once a second: listing costs about a microsecond per
 * process, and only a few processes are looked at each time. `failed` if processes cannot be listed.
 */
export function createProcessSweep({ procRoot, rules, isOwn }: ProcessSweepDeps): () => Told<readonly string[]> {
  let seen = new Map<string, Seen>()
  let [sweeps, lastRules] = [0, rules()]
  return () => {
    const pids = listPids(procRoot)
    if (!pids || pids.length > MAX_PROCESSES) return 'failed'
    const now = rules()
    if (now !== lastRules) seen.clear()
    lastRules = now
    sweeps++
    const look = (pid: string): Seen => {
      const before = seen.get(pid)
      if (before && before.looks >= YOUNG_LOOKS && (Number(pid) + sweeps) % ROUND !== 0) return before
      const game = programsOf(join(procRoot, pid)).flatMap((path) => gameAt(path, now) ?? [])[0] ?? null
      return { game: game !== null && isOwn(Number(pid)) ? null : game, looks: Math.min((before?.looks ?? 0) + 1, YOUNG_LOOKS) }
    }
    seen = new Map(pids.map((pid) => [pid, look(pid)]))
    const games = [...seen.values()].flatMap(({ game }) => game ?? [])
    return { value: [...new Set(games)].slice(0, MAX_GAMES) }
  }
}

function listPids(procRoot: string): string[] | null {
  try {
    return readdirSync(procRoot).filter((name) => /^[1-9]\d{0,9}$/.test(name))
  } catch {
    return null
  }
}

/** The program that a process runs; for one under Wine the Windows program, and where the link is not for us the one it was called by. */
function programsOf(process: string): string[] {
  const program = linkOf(join(process, 'exe'))
  if (program !== null && !/\/wine[\w-]*$/.test(program)) return [program]
  const [called = ''] = commandOf(join(process, 'cmdline')).split('\0', 1)
  return program === null ? [called] : [called, program]
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function commandOf(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(MAX_COMMAND)
      return bytes.toString('utf8', 0, readSync(file, bytes))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}
