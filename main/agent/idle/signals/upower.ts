import { z } from 'zod'
import type { DBus, DBusSignal } from './dbus.ts'
import type { PowerSupply } from './power-supply.ts'
import { type Told, retell } from './reading.ts'

const UPOWER = { destination: 'org.freedesktop.UPower', path: '/org/freedesktop/UPower', interface: 'org.freedesktop.UPower' }

/** Sent when the charger is plugged in or out. */
export const UPOWER_CHANGED: DBusSignal = { path: UPOWER.path, interface: 'org.freedesktop.DBus.Properties', member: 'PropertiesChanged' }

/** What the machine runs on, by UPower, which also knows an uninterruptible power supply (UPower Reference, `OnBattery`). */
export const upowerSupply = async (system: DBus): Promise<Told<PowerSupply>> =>
  retell(await system.property({ ...UPOWER, name: 'OnBattery' }, z.boolean()), (onBattery) => (onBattery ? 'battery' : 'mains'))
