import { z } from 'zod'
import { readPercent, readPower, readQuantity, readSwitch, readWords } from './nvidia-smi-values.ts'

const count = z.number().min(0)

/** A card as `nvidia-smi -q -x` tells it. */
export const SmiCard = z.strictObject({
  /** `null` where the report hides it. */
  uuid: z.string().max(96).nullable(),
  name: z.string().max(96),
  /** As NVIDIA writes it: `00000000:01:00.0`. */
  busId: z.string().max(32).nullable(),
  /** Such as `Ampere`; reports before the 470 drivers lack it. */
  architecture: z.string().max(96).nullable(),
  persistence: z.boolean().nullable(),
  display: z.boolean().nullable(),
  /** How many instances a card in MIG mode is cut into; the report does not name them. `null` for a whole card. */
  instances: z.number().int().min(0).nullable(),
  vramBytes: count.nullable(),
  memoryUsedBytes: count.nullable(),
  limitMw: count.nullable(),
  /** Of the last second. */
  averageMw: count.nullable(),
  /** What the driver calls power, or instant power where it tells both. */
  powerMw: count.nullable(),
  temperatureC: count.nullable(),
  gpuPct: count.max(100).nullable(),
  processes: z
    .array(z.strictObject({ pid: z.number().int().min(0), type: z.string().max(8) }))
    .max(4_096)
    .nullable(),
})
export type SmiCard = z.infer<typeof SmiCard>

export const SmiInventory = z.strictObject({ driver: z.string().max(96).nullable(), cards: z.array(SmiCard).max(64) })
export type SmiInventory = z.infer<typeof SmiInventory>

/** A node as xml2js gives it: a text, or an object of nodes, or an array where a name occurs more than once. */
type Node = unknown

const child = (node: Node, name: string): Node =>
  typeof node === 'object' && node !== null && Object.hasOwn(node, name) ? node[name as keyof object] : undefined
const at = (node: Node, ...path: readonly string[]): Node => path.reduce(child, node)
const children = (node: Node): readonly Node[] => (Array.isArray(node) ? node : node === undefined || typeof node === 'string' ? [] : [node])
const text = (node: Node, ...path: readonly string[]): string | null => {
  const found = at(node, ...path)
  return typeof found === 'string' ? found : null
}

/** Reads what node-nvidia-smi made of `nvidia-smi -q -x`, schemas v10 to v13. Throws if it is no such report. */
export function readSmiLog(data: unknown): SmiInventory {
  const log = child(data, 'nvidia_smi_log')
  if (typeof log !== 'object') throw new Error('nvidia-smi printed something else than its report')
  return SmiInventory.parse({ driver: readWords(text(log, 'driver_version')), cards: children(child(log, 'gpu')).map(readCard) })
}

function readCard(gpu: Node): SmiCard {
  const readings = child(gpu, 'gpu_power_readings') ?? child(gpu, 'power_readings')
  const limit = text(readings, 'current_power_limit') ?? text(readings, 'enforced_power_limit') ?? text(readings, 'power_limit')
  return {
    uuid: readWords(text(gpu, 'uuid')),
    name: readWords(text(gpu, 'product_name')) ?? 'NVIDIA GPU',
    busId: readWords(text(gpu, 'pci', 'pci_bus_id') ?? text(gpu, '$', 'id')),
    architecture: readWords(text(gpu, 'product_architecture')),
    persistence: readSwitch(text(gpu, 'persistence_mode')),
    display: readSwitch(text(gpu, 'display_active')),
    instances: readSwitch(text(gpu, 'mig_mode', 'current_mig')) === true ? children(at(gpu, 'mig_devices', 'mig_device')).length : null,
    vramBytes: readQuantity(text(gpu, 'fb_memory_usage', 'total'), 'MiB'),
    memoryUsedBytes: readQuantity(text(gpu, 'fb_memory_usage', 'used'), 'MiB'),
    limitMw: readPower(limit),
    averageMw: readPower(text(readings, 'average_power_draw')),
    powerMw: readPower(text(readings, 'power_draw')) ?? readPower(text(readings, 'instant_power_draw')),
    temperatureC: readQuantity(text(gpu, 'temperature', 'gpu_temp'), 'C'),
    gpuPct: readPercent(text(gpu, 'utilization', 'gpu_util')),
    processes: readProcesses(child(gpu, 'processes')),
  }
}

/** `null` for a report without the list. */
function readProcesses(list: Node): SmiCard['processes'] {
  if (list === undefined || readWords(typeof list === 'string' ? list : null) !== null) return null
  return children(child(list, 'process_info')).flatMap((info) => {
    const pid = Number(readWords(text(info, 'pid')) ?? Number.NaN)
    return Number.isInteger(pid) && pid >= 0 ? [{ pid, type: (readWords(text(info, 'type')) ?? '').slice(0, 8) }] : []
  })
}
