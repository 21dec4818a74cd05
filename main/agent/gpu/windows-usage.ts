import type { CounterItem } from './windows-instances.ts'
import { parseInstance } from './windows-instances.ts'
import type { AdapterUse } from './windows-protocol.ts'

/** One look at Windows' counters; `null` for one that does not exist or has nothing to say yet. */
export interface GpuCounters {
  /** `\GPU Engine(*)\Utilization Percentage`. */
  readonly engines: readonly CounterItem[] | null
  /** `\GPU Adapter Memory(*)\Dedicated Usage`, in bytes. */
  readonly memory: readonly CounterItem[] | null
}

type Use = Pick<AdapterUse, 'luid' | 'busy' | 'memoryBytes' | 'pids'>

const MAX_ADAPTERS = 64
const MAX_PIDS = 4_096
/** A blinking cursor lets the compositor work a little; that is not somebody else at work. */
const USER_FROM_PCT = 1

/** Who used which adapter: percentages of one engine add up over processes, and the busiest engine speaks for the adapter, as in the task manager. */
export function adapterUses({ engines, memory }: GpuCounters): Use[] {
  const used = (engines ?? []).flatMap(({ instance, value }) => {
    const parsed = parseInstance(instance)
    return parsed?.engine == null ? [] : [{ ...parsed, value }]
  })
  const dedicated = (memory ?? []).flatMap(({ instance, value }) => {
    const parsed = parseInstance(instance)
    return parsed ? [{ luid: parsed.luid, value }] : []
  })
  const luids = [...new Set([...dedicated, ...used].map(({ luid }) => luid))].slice(0, MAX_ADAPTERS)
  return luids.map((luid) => {
    const here = used.filter((one) => one.luid === luid)
    const bytes = dedicated.filter((one) => one.luid === luid).map(({ value }) => value)
    const byEngine = sumBy(here, ({ engine }) => engine)
    const byPid = sumBy(here, ({ pid }) => pid)
    return {
      luid,
      busy: engines && Math.min(1, Math.max(0, ...byEngine.values()) / 100),
      memoryBytes: bytes.length === 0 ? null : bytes.reduce((sum, value) => sum + value, 0),
      pids: engines && [...byPid].flatMap(([pid, percent]) => (pid !== null && percent >= USER_FROM_PCT ? [pid] : [])).slice(0, MAX_PIDS),
    }
  })
}

function sumBy<T extends { readonly value: number }, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, number> {
  const sums = new Map<K, number>()
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + item.value)
  return sums
}
