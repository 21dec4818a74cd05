import { z } from 'zod'
import { Ceilings } from '../../shared/contract/device.ts'
import type { SettingsStore } from './settings.store.ts'

/** What an owner has said about one device. */
export interface DeviceSetting {
  readonly enabled: boolean
  readonly ceilings: Ceilings
  /** Something is stored that cannot be read any more. */
  readonly damaged: boolean
}

type DeviceSettingChange = Partial<Omit<DeviceSetting, 'damaged'>>

export interface DeviceSettings {
  readonly of: (deviceId: string) => DeviceSetting
  /** What is not named stays as it is. */
  readonly change: (deviceId: string, change: DeviceSettingChange) => void
}

/** Made once: to make a schema costs far more than to use it. */
const Anything = z.unknown()
const Stored = z.strictObject({ enabled: z.boolean(), ceilings: Ceilings })
const NO_CEILINGS: Ceilings = { temperatureC: null, watts: null }
const keyOf = (deviceId: string): string => `device:${deviceId}`

/**
 * Switches and ceilings by device id, which outlives renumbering and driver updates. A setting that is damaged leaves the device
 * alone, because the owner may have switched it off.
 */
export const createDeviceSettings = (settings: SettingsStore): DeviceSettings => {
  const of = (deviceId: string): DeviceSetting => {
    const stored = settings.get(keyOf(deviceId), Anything)
    if (stored === null) return { enabled: true, ceilings: NO_CEILINGS, damaged: false }
    const parsed = Stored.safeParse(stored)
    return parsed.success ? { ...parsed.data, damaged: false } : { enabled: false, ceilings: NO_CEILINGS, damaged: true }
  }
  return {
    of,
    change(deviceId, change) {
      const { enabled, ceilings } = of(deviceId)
      settings.set(keyOf(deviceId), { enabled, ceilings, ...change })
    },
  }
}
