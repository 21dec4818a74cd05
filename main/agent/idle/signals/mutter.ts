import { z } from 'zod'
import type { DBus } from './dbus.ts'
import { type Told, retell } from './reading.ts'

const MONITOR = { destination: 'org.gnome.Mutter.IdleMonitor', path: '/org/gnome/Mutter/IdleMonitor/Core', interface: 'org.gnome.Mutter.IdleMonitor' }

/** Seconds since the last input, by GNOME's compositor, under X11 and Wayland (`org.gnome.Mutter.IdleMonitor.xml`, in milliseconds). */
export const mutterIdle = async (session: DBus): Promise<Told<number>> =>
  retell(await session.call({ ...MONITOR, member: 'GetIdletime' }, z.number().int().min(0)), (ms) => ms / 1_000)
