import { z } from 'zod'
import type { DBus, DBusSignal } from './dbus.ts'
import { type Told, retell } from './reading.ts'

const MANAGER = { destination: 'org.freedesktop.NetworkManager', path: '/org/freedesktop/NetworkManager', interface: 'org.freedesktop.NetworkManager' }

/** Whether traffic costs. `untold`: nothing on this machine tells, as on a server without NetworkManager and on Windows. */
export type NetworkCost = 'metered' | 'free' | 'untold'

export const NETWORK_CHANGED: DBusSignal = { path: MANAGER.path, interface: 'org.freedesktop.DBus.Properties', member: 'PropertiesChanged' }

/** By the value of `NMMetered` (NetworkManager D-Bus API): unknown, yes, no, guessed yes, guessed no. */
const COSTS = ['untold', 'metered', 'free', 'metered', 'free'] as const

/** Whether the way to the internet is metered, by NetworkManager. */
export const networkCost = async (system: DBus): Promise<Told<NetworkCost>> =>
  retell(await system.property({ ...MANAGER, name: 'Metered' }, z.number().int().min(0).max(4)), (metered) => COSTS[metered] ?? 'untold')
