import type { PowerSample, PowerSource } from '../power-source.ts'
import { uuidHashOf } from './measurement.ts'

/**
 * The samples of one attempt as JSON Lines: a header that names the devices, then `[device, mono, wall, energyMj, powerMw]` per sample
 * (milliseconds, millijoules, milliwatts, `null` for no reading). Enough to integrate again.
 */
export function createSampleLog(sources: readonly PowerSource[], nodeId: string) {
  const devices = sources.map(({ device, method, sensor }) => ({ uuidHash: uuidHashOf(device.uuid, nodeId), name: device.name, method, ...sensor }))
  const lines = [JSON.stringify({ v: 1, nodeId, devices })]
  return {
    add: (device: number, { mono, wall, energyMj, powerMw }: PowerSample): void => {
      lines.push(JSON.stringify([device, mono, wall, energyMj, powerMw]))
    },
    bytes: (): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`),
  }
}
