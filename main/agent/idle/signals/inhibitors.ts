import { z } from 'zod'
import type { DBus } from './dbus.ts'
import { type Told, retell } from './reading.ts'

const LOGIND = { destination: 'org.freedesktop.login1', path: '/org/freedesktop/login1', interface: 'org.freedesktop.login1.Manager' }
const GNOME = { destination: 'org.gnome.SessionManager', path: '/org/gnome/SessionManager', interface: 'org.gnome.SessionManager' }
const POWER = {
  destination: 'org.freedesktop.PowerManagement',
  path: '/org/freedesktop/PowerManagement/Inhibit',
  interface: 'org.freedesktop.PowerManagement.Inhibit',
}

/** What, who, why, mode, user id, process id. */
const Inhibitor = z.tuple([z.string(), z.string(), z.string(), z.string(), z.number(), z.number()])
const MAX_NAME = 80
/** `GSM_INHIBITOR_FLAG_IDLE`: the session must not be marked as idle. */
const GNOME_IDLE = 8

/** Programs that keep the screen on by systemd-logind (org.freedesktop.login1(5), `ListInhibitors`), without this process. */
export const logindInhibitors = async (system: DBus, ownPid: number): Promise<Told<readonly string[]>> =>
  retell(await system.call({ ...LOGIND, member: 'ListInhibitors' }, z.array(Inhibitor).max(256)), (all) =>
    all
      .filter(([what, , , mode, , pid]) => what.split(':').includes('idle') && mode.startsWith('block') && pid !== ownPid)
      .map(([, who]) => who.slice(0, MAX_NAME) || 'a program'),
  )

/** Whether a program, such as a browser with a film, keeps GNOME from being idle. */
export const gnomeInhibitors = async (session: DBus): Promise<Told<readonly string[]>> =>
  retell(await session.call({ ...GNOME, member: 'IsInhibited', body: [GNOME_IDLE] }, z.boolean()), asNames)

/** The same, of KDE Plasma and Xfce (freedesktop.org, Power Management Specification). */
export const powerInhibitors = async (session: DBus): Promise<Told<readonly string[]>> =>
  retell(await session.call({ ...POWER, member: 'HasInhibit' }, z.boolean()), asNames)

const asNames = (isInhibited: boolean): string[] => (isInhibited ? ['a program'] : [])
