import { readPmon } from './nvidia-smi-pmon.ts'
import { type SmiProgram, runSmi } from './nvidia-smi-run.ts'
import { COMPUTE_APP_COLUMNS, type ComputeApp, readComputeApp, readRow } from './nvidia-smi-table.ts'

/** Who computes: process ids by the UUID of the card. `null` if the driver does not tell. */
type ProcessesByCard = ReadonlyMap<string, readonly number[]> | null

export interface SmiProcesses {
  /** The list as it was at most 15 s ago. */
  readonly current: () => Promise<ProcessesByCard>
}

const EVERY_MS = 5_000
const VALID_MS = 15_000
const RUN_LIMIT_MS = 3_000

/** Asks `nvidia-smi` who computes, at most every 5 s and only when asked itself. No one waits for a look but the first to ask. */
export function createSmiProcesses(program: SmiProgram, signal: AbortSignal): SmiProcesses {
  let last: { readonly at: number; readonly processes: ProcessesByCard } | null = null
  let looking: Promise<ProcessesByCard> | null = null
  const look = async (): Promise<ProcessesByCard> => {
    const processes = await readProcesses(program, signal)
    last = { at: program.clock.monotonic(), processes }
    looking = null
    return processes
  }
  return {
    async current() {
      const ageMs = last ? program.clock.monotonic() - last.at : Infinity
      if (ageMs >= EVERY_MS) looking ??= look()
      return last && ageMs < VALID_MS ? last.processes : looking
    },
  }
}

async function readProcesses(program: SmiProgram, signal: AbortSignal): Promise<ProcessesByCard> {
  const args = [`--query-compute-apps=${COMPUTE_APP_COLUMNS.join(',')}`, '--format=csv,noheader,nounits']
  const printed = await runSmi(program, { args, timeoutMs: RUN_LIMIT_MS }, signal)
  if (printed === null) return null
  const apps = computeApps(COMPUTE_APP_COLUMNS, printed)
  if (apps.every(({ memoryBytes }) => memoryBytes !== null)) return byCard(apps)
  const monitored = await runSmi(program, { args: ['pmon', '-c', '1'], timeoutMs: RUN_LIMIT_MS }, signal)
  return monitored === null ? null : byCard(withoutWindows(apps, monitored))
}

export const computeApps = (columns: readonly string[], printed: string): ComputeApp[] =>
  printed.split(/\r?\n/).flatMap((line) => {
    const row = readRow(columns, line)
    return (row && readComputeApp(row)) ?? []
  })

/**
 * On Windows every program with a window is listed as one that computes, without a memory figure. `pmon` tells those that only
 * compute, or that keep the processors busy, from the rest of the desktop.
 */
export function withoutWindows(apps: readonly ComputeApp[], monitored: string): ComputeApp[] {
  const computing = new Set(readPmon(monitored).flatMap(({ pid, type, smPct }) => (type === 'C' || (smPct ?? 0) > 0 ? [pid] : [])))
  return apps.filter(({ pid }) => computing.has(pid))
}

function byCard(apps: readonly ComputeApp[]): ReadonlyMap<string, readonly number[]> {
  const cards = new Map<string, number[]>()
  for (const { uuid, pid } of apps) cards.set(uuid, [...(cards.get(uuid) ?? []), pid])
  return cards
}
