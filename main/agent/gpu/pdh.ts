import { addressOf, bindLibrary } from './native.ts'
import { type CounterItem, parseCounterItems } from './windows-instances.ts'
import type { GpuCounters } from './windows-usage.ts'

export interface Pdh {
  /** Reads both counters. Utilisation is a rate, so the first look has none. */
  readonly look: () => GpuCounters
  readonly close: () => void
}

const PROTOTYPES = {
  open: 'uint32_t PdhOpenQueryW(void *source, uintptr_t user, _Out_ void **query)',
  add: 'uint32_t PdhAddEnglishCounterW(void *query, str16 path, uintptr_t user, _Out_ void **counter)',
  collect: 'uint32_t PdhCollectQueryData(void *query)',
  read: 'uint32_t PdhGetFormattedCounterArrayW(void *counter, uint32_t format, _Inout_ uint32_t *bytes, _Out_ uint32_t *count, void *items)',
  close: 'uint32_t PdhCloseQuery(void *query)',
} as const
type Functions = ReturnType<typeof bindLibrary<keyof typeof PROTOTYPES>>

const ENGINES = '\\GPU Engine(*)\\Utilization Percentage'
const MEMORY = '\\GPU Adapter Memory(*)\\Dedicated Usage'
const OK = 0
const MORE_DATA = 0x8000_07d2
/** There is the counter, but at present nobody to count for. */
const NO_INSTANCE = 0x8000_07d1
const FORMAT_LARGE = 0x400
/** `PDH_FMT_DOUBLE | PDH_FMT_NOCAP100`: several processes on one engine may add up to more than 100 %. */
const FORMAT_DOUBLE = 0x200 | 0x8000
const MAX_BYTES = 16 * 1024 * 1024
const ATTEMPTS = 4

/**
 * Windows' performance counters of graphics adapters, the source of the task manager (Microsoft, "Performance Data Helper",
 * pdh.h). Throws if the library is missing; a counter that is missing is `null` in every look.
 */
export function openPdh(path = 'pdh.dll'): Pdh {
  const pdh = bindLibrary(path, PROTOTYPES)
  const query: unknown[] = [null]
  if (pdh.open(null, 0, query) !== OK) throw new Error('PdhOpenQueryW failed')
  const [engines, memory] = [ENGINES, MEMORY].map((name) => {
    const counter: unknown[] = [null]
    return pdh.add(query[0], name, 0, counter) === OK ? counter[0] : null
  })
  return {
    look() {
      if (pdh.collect(query[0]) !== OK) return { engines: null, memory: null }
      return { engines: readArray(pdh, engines, FORMAT_DOUBLE), memory: readArray(pdh, memory, FORMAT_LARGE) }
    },
    close: () => void pdh.close(query[0]),
  }
}

/** Processes come and go between asking for the size and asking for the items, hence several attempts. */
function readArray(pdh: Functions, counter: unknown, format: number): CounterItem[] | null {
  if (!counter) return null
  let bytes = Buffer.alloc(0)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [size, count] = [[bytes.length], [0]]
    const status = pdh.read(counter, format, size, count, bytes.length === 0 ? null : bytes)
    if (status === NO_INSTANCE) return []
    if (status === OK) return parseCounterItems(bytes, { count: count[0] ?? 0, address: addressOf(bytes), integers: format === FORMAT_LARGE })
    if (status !== MORE_DATA || (size[0] ?? 0) > MAX_BYTES) return null
    bytes = Buffer.alloc(size[0] ?? 0)
  }
  return null
}
