import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { type DrmClient, type Engine, parseFdinfo } from './drm-fdinfo.ts'
import { type DrmFile, type DrmFiles, createDrmFiles } from './drm-files.ts'
import { sleepsNow } from './pci.ts'
import { linkName, readText } from './sysfs.ts'

export interface DrmClientsDeps {
  readonly procRoot: string
  readonly sysRoot: string
  readonly clock: Clock
}

interface DrmUse {
  /** Processes that ever let the device work and still hold it. Those of other users are missing where this user may not look at them. */
  readonly pids: readonly number[]
  /** Share of time the busiest engine worked since the last look; `null` at the first one. */
  readonly busy: number | null
}

export interface DrmClients {
  /** Who uses the device with this PCI address; `null` if that cannot be told. Ask only about a device that is awake. */
  readonly of: (busId: string) => DrmUse | null
}

interface Look {
  readonly at: number
  readonly uses: ReadonlyMap<string, DrmUse>
  readonly engines: ReadonlyMap<string, Engine>
  /** Every process was looked at, so a device nobody was seen with is idle. */
  readonly complete: boolean
}

/** A look costs about a millisecond: one a second serves all cards, however often they are sampled. */
const FRESH_MS = 900
const NOBODY: DrmUse = { pids: [], busy: 0 }

/**
 * Who uses which graphics device, from `/proc/<pid>/fdinfo`, for the drivers amdgpu, i915 and xe. The cost of a look is bounded,
 * see {@link createDrmFiles}.
 */
export function createDrmClients(deps: DrmClientsDeps): DrmClients {
  const files = createDrmFiles(deps.procRoot)
  let last: Look | null = null
  return {
    of(busId) {
      const at = deps.clock.monotonic()
      if (!last || at - last.at >= FRESH_MS) last = look(files(), { ...deps, at, last })
      return last.uses.get(busId) ?? (last.complete ? NOBODY : null)
    },
  }
}

interface Held {
  readonly pid: number
  readonly client: DrmClient
}

function look(files: DrmFiles, { procRoot, sysRoot, at, last }: Omit<DrmClientsDeps, 'clock'> & { readonly at: number; readonly last: Look | null }): Look {
  const held = readable(files.open, sysRoot).flatMap(({ pid, fd }): Held[] => {
    const client = parseFdinfo(readText(join(procRoot, String(pid), 'fdinfo', fd)) ?? '')
    return client ? [{ pid, client }] : []
  })
  const engines = new Map<string, Engine>()
  const shares = new Map<string, Map<string, number>>()
  for (const client of new Map(held.map(({ client }) => [keyOf(client), client])).values()) {
    const busy = shares.get(client.busId) ?? new Map<string, number>()
    shares.set(client.busId, busy)
    for (const [name, seen] of client.engines) {
      const before = last?.engines.get(`${keyOf(client)} ${name}`)
      // A driver may report less than before for a moment; the higher figure stands until it is passed.
      const engine = before && before.busy > seen.busy ? before : seen
      engines.set(`${keyOf(client)} ${name}`, engine)
      busy.set(name, (busy.get(name) ?? 0) + shareOf(before, engine, at - (last?.at ?? at)))
    }
  }
  return { at, engines, complete: files.complete, uses: new Map([...shares].map(([busId, busy]) => [busId, useOf(busId, held, last ? busy : null)])) }
}

/** A driver may wake its device to count for one of its clients, so those of a device that sleeps are left out. */
function readable(open: readonly DrmFile[], sysRoot: string): DrmFile[] {
  const asleep = [...new Set(open.map(({ node }) => node))].filter((node) => {
    const busId = linkName(join(sysRoot, 'class/drm', node, 'device'))
    return busId !== null && sleepsNow(join(sysRoot, 'bus/pci/devices', busId))
  })
  return open.filter(({ node }) => !asleep.includes(node))
}

const keyOf = ({ busId, id }: DrmClient): string => `${busId} ${id}`

/** A client seen for the first time has a past of unknown length, so it counts from now on. */
function shareOf(before: Engine | undefined, after: Engine, elapsedMs: number): number {
  if (!before) return 0
  const passed = before.total === null || after.total === null ? elapsedMs * 1e6 : after.total - before.total
  return passed > 0 ? (after.busy - before.busy) / passed / after.capacity : 0
}

const useOf = (busId: string, held: readonly Held[], busy: ReadonlyMap<string, number> | null): DrmUse => ({
  pids: [...new Set(held.filter(({ client }) => client.busId === busId && hasWorked(client)).map(({ pid }) => pid))],
  busy: busy && Math.min(1, Math.max(0, ...busy.values())),
})

const hasWorked = ({ engines }: DrmClient): boolean => [...engines.values()].some(({ busy }) => busy > 0)
