export interface Engine {
  /** Work done so far, in nanoseconds, or in the cycles that `total` counts. */
  readonly busy: number
  /** Cycles that passed meanwhile, where the driver counts cycles; otherwise `null`. */
  readonly total: number | null
  /** How many of this engine the device has. */
  readonly capacity: number
}

/** One open use of a graphics device. */
export interface DrmClient {
  /** PCI address such as `0000:03:00.0`. */
  readonly busId: string
  /** Tells copies of one descriptor, which several processes may hold, from uses of their own. */
  readonly id: string
  readonly engines: ReadonlyMap<string, Engine>
}

const MAX_LINES = 256
const MAX_ENGINES = 32

/**
 * Reads `/proc/<pid>/fdinfo/<fd>` of a graphics device (kernel documentation "DRM client usage stats"): nanoseconds per engine
 * from amdgpu and i915, cycles from xe. `null` if the text is not about a PCI device. Never throws.
 */
export function parseFdinfo(text: string): DrmClient | null {
  const fields = new Map(text.split('\n', MAX_LINES).flatMap(fieldOf))
  const busId = fields.get('drm-pdev')?.toLowerCase()
  const id = fields.get('drm-client-id')
  if (!busId || !id || !/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(busId)) return null
  const names = new Set([...fields.keys()].flatMap((key) => /^drm-(?:engine|cycles)-(?!capacity-)(.+)$/.exec(key)?.[1] ?? []))
  const engines = [...names].slice(0, MAX_ENGINES).flatMap((name): [string, Engine][] => {
    const engine = engineOf(name, fields)
    return engine ? [[name, engine]] : []
  })
  return { busId, id, engines: new Map(engines) }
}

const fieldOf = (line: string): [string, string][] => {
  const [, key, value] = /^(drm-[!-9;-~]{1,60}):\s*(.{1,60})/.exec(line) ?? []
  return key && value ? [[key, value.trim()]] : []
}

function engineOf(name: string, fields: ReadonlyMap<string, string>): Engine | null {
  const capacity = numberOf(fields.get(`drm-engine-capacity-${name}`)) || 1
  const nanoseconds = numberOf(fields.get(`drm-engine-${name}`))
  if (nanoseconds !== null) return { busy: nanoseconds, total: null, capacity }
  const [cycles, total] = [numberOf(fields.get(`drm-cycles-${name}`)), numberOf(fields.get(`drm-total-cycles-${name}`))]
  return cycles === null || total === null ? null : { busy: cycles, total, capacity }
}

const numberOf = (text: string | undefined): number | null => {
  const [, digits] = /^(\d{1,20})(?:\s|$)/.exec(text ?? '') ?? []
  return digits === undefined ? null : Number(digits)
}
