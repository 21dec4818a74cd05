import { z } from 'zod'

/** Binds functions of a library by their C prototypes. Throws if one is missing. */
export type BindLibrary = <Name extends string>(
  path: string,
  prototypes: Readonly<Record<Name, string>>,
) => Readonly<Record<Name, (...args: unknown[]) => unknown>>

/** What the process that asks Windows tells of the session it runs in. */
export const WindowsSession = z.strictObject({
  idleMs: z.number().int().min(0).max(0xffff_ffff).nullable(),
  /** `QUERY_USER_NOTIFICATION_STATE`, 1…7. */
  notification: z.number().int().min(1).max(7).nullable(),
  /** The window in front covers its monitor. */
  covered: z.boolean().nullable(),
  /** `ACLineStatus` of 255, for a machine that does not know, is `null`. */
  power: z.enum(['mains', 'battery', 'none']).nullable(),
  /** Programs that run, by path; `null` if they cannot be listed or were not asked for. */
  programs: z.array(z.string().max(1_024)).max(4_096).nullable(),
})
export type WindowsSession = z.infer<typeof WindowsSession>

export const WindowsSessionRequest = z.strictObject({ programs: z.boolean() })
export type WindowsSessionRequest = z.infer<typeof WindowsSessionRequest>

const USER = {
  input: 'int32_t GetLastInputInfo(_Inout_ void *info)',
  front: 'uintptr_t GetForegroundWindow()',
  desktop: 'uintptr_t GetDesktopWindow()',
  shell: 'uintptr_t GetShellWindow()',
  rectangle: 'int32_t GetWindowRect(uintptr_t window, _Out_ void *rectangle)',
  className: 'int32_t GetClassNameW(uintptr_t window, _Out_ void *name, int32_t count)',
  monitor: 'uintptr_t MonitorFromWindow(uintptr_t window, uint32_t flags)',
  monitorInfo: 'int32_t GetMonitorInfoW(uintptr_t monitor, _Inout_ void *info)',
} as const
const KERNEL = {
  ticks: 'uint32_t GetTickCount()',
  power: 'int32_t GetSystemPowerStatus(_Out_ void *status)',
  processes: 'int32_t K32EnumProcesses(_Out_ void *pids, uint32_t bytes, _Out_ uint32_t *needed)',
  open: 'uintptr_t OpenProcess(uint32_t access, int32_t inherit, uint32_t pid)',
  path: 'int32_t QueryFullProcessImageNameW(uintptr_t process, uint32_t flags, _Out_ void *name, _Inout_ uint32_t *size)',
  close: 'int32_t CloseHandle(uintptr_t handle)',
} as const
const SHELL = { state: 'int32_t SHQueryUserNotificationState(_Out_ int32_t *state)' } as const

type Functions<Name extends string> = Readonly<Record<Name, (...args: unknown[]) => unknown>>
type User = Functions<keyof typeof USER>
type Kernel = Functions<keyof typeof KERNEL>

const MAX_PIDS = 8_192
const MAX_PATH = 1_024
const NEAREST_MONITOR = 2
const NO_BATTERY = 128
const QUERY_LIMITED = 0x1000
/** The desktop's own windows, which are as large as the screen. */
const DESKTOP_CLASSES = new Set(['Progman', 'WorkerW'])

/**
 * Asks Windows about the session this process runs in (Microsoft, winuser.h, shellapi.h, psapi.h): another session, as a service
 * has, sees no input. Meant for a child process. `library` stands in for all of Windows' own. Throws if a function is missing.
 */
export function openWindowsSession(bind: BindLibrary, library?: string): (request: WindowsSessionRequest) => WindowsSession {
  const user = bind(library ?? 'user32.dll', USER)
  const kernel = bind(library ?? 'kernel32.dll', KERNEL)
  const shell = bind(library ?? 'shell32.dll', SHELL)
  const programs = createProgramList(kernel)
  return (request) => ({
    idleMs: idleMs(user, kernel),
    notification: notificationState(shell),
    covered: isCovered(user),
    power: powerStatus(kernel),
    programs: request.programs ? programs() : null,
  })
}

function idleMs(user: User, kernel: Kernel): number | null {
  const info = Buffer.alloc(8)
  info.writeUInt32LE(info.length)
  if (!user.input(info)) return null
  // Both count milliseconds since the start of Windows and wrap after 49.7 days.
  return (Number(kernel.ticks()) - info.readUInt32LE(4)) >>> 0
}

function notificationState({ state }: Functions<keyof typeof SHELL>): number | null {
  const value = [0]
  return state(value) === 0 && (value[0] ?? 0) >= 1 && (value[0] ?? 0) <= 7 ? (value[0] ?? null) : null
}

function powerStatus(kernel: Kernel): WindowsSession['power'] {
  const status = Buffer.alloc(12)
  if (!kernel.power(status)) return null
  const [line, flag] = status
  if (flag === NO_BATTERY) return 'none'
  return line === 0 ? 'battery' : line === 1 ? 'mains' : null
}

function isCovered(user: User): boolean | null {
  const window = user.front()
  if (!window || window === user.desktop() || window === user.shell() || DESKTOP_CLASSES.has(classOf(user, window))) return false
  const rectangle = Buffer.alloc(16)
  const info = Buffer.alloc(40)
  info.writeUInt32LE(info.length)
  if (!user.rectangle(window, rectangle) || !user.monitorInfo(user.monitor(window, NEAREST_MONITOR), info)) return null
  return rectangle.equals(info.subarray(4, 20))
}

function classOf(user: User, window: unknown): string {
  const name = Buffer.alloc(64)
  const length = Number(user.className(window, name, name.length / 2))
  return name.toString('utf16le', 0, 2 * Math.min(Math.max(length, 0), name.length / 2))
}

/** The path of a process never changes, so only new ones are asked. */
function createProgramList(kernel: Kernel): () => string[] | null {
  let known = new Map<number, string | null>()
  return () => {
    const pids = Buffer.alloc(4 * MAX_PIDS)
    const needed = [0]
    if (!kernel.processes(pids, pids.length, needed)) return null
    const count = Math.min(needed[0] ?? 0, pids.length) / 4
    const present = Array.from({ length: Math.floor(count) }, (_, index) => pids.readUInt32LE(4 * index))
    known = new Map(present.map((pid) => [pid, known.get(pid) ?? pathOf(kernel, pid)]))
    return [...new Set([...known.values()].filter((path) => path !== null))].slice(0, 4_096)
  }
}

function pathOf(kernel: Kernel, pid: number): string | null {
  const handle = kernel.open(QUERY_LIMITED, 0, pid)
  if (!handle) return null
  const name = Buffer.alloc(2 * MAX_PATH)
  const size = [MAX_PATH]
  const isTold = kernel.path(handle, 0, name, size)
  kernel.close(handle)
  return isTold ? name.toString('utf16le', 0, 2 * Math.min(size[0] ?? 0, MAX_PATH)) : null
}
