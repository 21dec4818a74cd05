import type { MonotonicMs } from '../../../../shared/units.ts'

/** One reading of one GPU, from the meter. */
export interface GpuSample {
  readonly device: string
  readonly at: MonotonicMs
  /** Not woken to be looked at, so nobody uses it. */
  readonly isAsleep: boolean
  /** Share of time the device was busy, 0…1; `null` if not told. */
  readonly busy: number | null
  /** Who uses it; `null` if the driver does not tell. */
  readonly processes: readonly number[] | null
  /**
   * What `processes` lists. `compute`: only programs that compute, as NVIDIA's library does on Linux, and each of them is a user.
   * `clients`: also every program with a window, so that only those that came lately or do something count.
   */
  readonly lists: 'compute' | 'clients'
  readonly memoryFreeBytes: number | null
}

export interface GpuUse {
  readonly device: string
  /** `unknown` counts as used. */
  readonly verdict: 'quiet' | 'used' | 'unknown'
  /** Mean share of time that others kept it busy lately, 0…1; `null` while ours and theirs cannot be told apart. */
  readonly othersBusy: number | null
  /** Whose use counts. */
  readonly users: readonly { readonly pid: number; readonly name: string | null }[]
  /** `null` if not told. */
  readonly memoryFreeBytes: number | null
}

/** What is remembered of one device. Plain data. */
export interface GpuMemory {
  readonly window: readonly { readonly at: number; readonly busy: number }[]
  /** Bystanders: processes that were there while the device was quiet. */
  readonly known: ReadonlySet<number>
  /** Since when a process that came while a job ran has left the device quiet; `null` if it has not. */
  readonly intruders: ReadonlyMap<number, number | null>
}

export interface GpuContext {
  /** A job's own process never counts. */
  readonly isOwn: (pid: number) => boolean
  readonly nameOf: (pid: number) => string | null
  readonly jobRunning: boolean
}

export const NO_GPU_MEMORY: GpuMemory = { window: [], known: new Set(), intruders: new Map() }

/** The device is quiet if others keep it busy for less than this share, on average over this time. */
const QUIET_BELOW = 0.1
const QUIET_MS = 30_000
/** Of a mean over less than this nothing is concluded. */
const COVERED_MS = 20_000
/** A program with a window that came during a job is a bystander after this much quiet. */
const HYSTERESIS_MS = 300_000
const MAX_SAMPLES = 256

/** Compositors and desktop shells, which use every GPU with a screen. Linux cuts names off after 15 letters. */
const LINUX =
  'xorg xwayland gnome-shell mutter kwin_x11 kwin_wayland kwin_wayland_wrapper plasmashell ksmserver cinnamon xfwm4 xfdesktop sway hyprland weston wayfire labwc niri river cosmic-comp gamescope-wl muffin marco picom'
const WINDOWS = 'dwm.exe csrss.exe explorer.exe shellexperiencehost.exe startmenuexperiencehost.exe searchhost.exe textinputhost.exe lockapp.exe'
const MACOS = 'windowserver loginwindow dock'
const DESKTOP = new Set(`${LINUX} ${WINDOWS} ${MACOS}`.split(' ').map((name) => name.slice(0, 15)))

const isDesktop = (name: string | null): boolean => name !== null && DESKTOP.has(name.toLowerCase().slice(0, 15))

/**
 * Whether others use a GPU, from its next reading. A process that computes, or that came while a job of ours ran, is a user as long as it
 * lives; with only a list of windows, it is forgiven after five quiet minutes. Without our job, whoever keeps the device busy is
 * somebody else. Pure; meant for every reading of the meter.
 */
export function foreignUse(memory: GpuMemory, sample: GpuSample, context: GpuContext): { readonly memory: GpuMemory; readonly use: GpuUse } {
  const foreign = foreignOf(sample, context)
  const window = windowAfter(memory.window, sample, context.jobRunning)
  const othersBusy = meanOf(window, sample.at)
  const isQuiet = othersBusy !== null && othersBusy < QUIET_BELOW
  const intruders = intrudersAfter({ memory, foreign, sample, isQuiet, jobRunning: context.jobRunning })
  const known = knownAfter({ memory, foreign, intruders, mayLearn: isQuiet && !context.jobRunning && sample.lists === 'clients' })
  const users = foreign.filter(({ pid }) => !known.has(pid))
  const after = { window, known, intruders }
  return {
    memory: after,
    use: { device: sample.device, othersBusy, users, memoryFreeBytes: sample.memoryFreeBytes, verdict: verdictOf({ sample, othersBusy, users, context }) },
  }
}

const foreignOf = ({ processes }: GpuSample, { isOwn, nameOf }: GpuContext): GpuUse['users'] =>
  (processes ?? []).filter((pid) => !isOwn(pid)).flatMap((pid) => (isDesktop(nameOf(pid)) ? [] : { pid, name: nameOf(pid) }))

/** While a job of ours runs the load is its own, so the mean starts anew afterwards. */
function windowAfter(window: GpuMemory['window'], { at, busy }: GpuSample, jobRunning: boolean): GpuMemory['window'] {
  if (jobRunning || busy === null) return []
  return [...window, { at, busy }].filter((one) => at - one.at <= QUIET_MS).slice(-MAX_SAMPLES)
}

function meanOf(window: GpuMemory['window'], now: number): number | null {
  const [first] = window
  if (!first || now - first.at < COVERED_MS) return null
  return window.reduce((sum, { busy }) => sum + busy, 0) / window.length
}

interface Look {
  readonly memory: GpuMemory
  readonly foreign: GpuUse['users']
}

function intrudersAfter({ memory, foreign, sample, isQuiet, jobRunning }: Look & { sample: GpuSample; isQuiet: boolean; jobRunning: boolean }) {
  const cameNow = (pid: number) => jobRunning && !memory.known.has(pid)
  const staying = foreign.filter(({ pid }) => memory.intruders.has(pid) || cameNow(pid))
  return new Map(staying.map(({ pid }) => [pid, isQuiet ? (memory.intruders.get(pid) ?? sample.at) : null]))
    .entries()
    .filter(([, quietSince]) => sample.lists === 'compute' || quietSince === null || sample.at - quietSince < HYSTERESIS_MS)
    .reduce((all, [pid, since]) => all.set(pid, since), new Map<number, number | null>())
}

function knownAfter({ memory, foreign, intruders, mayLearn }: Look & { intruders: GpuMemory['intruders']; mayLearn: boolean }): ReadonlySet<number> {
  const stay = foreign.filter(({ pid }) => !intruders.has(pid) && (mayLearn || memory.known.has(pid)))
  return new Set(stay.map(({ pid }) => pid))
}

function verdictOf({ sample, othersBusy, users, context }: { sample: GpuSample; othersBusy: number | null; users: GpuUse['users']; context: GpuContext }) {
  if (sample.isAsleep) return 'quiet'
  if (users.length > 0 || (othersBusy !== null && othersBusy >= QUIET_BELOW)) return 'used'
  if (context.jobRunning) return sample.processes === null ? 'unknown' : 'quiet'
  // A driver that tells who, but not how much, is enough if nobody is there.
  return othersBusy === null && (sample.busy !== null || sample.processes === null) ? 'unknown' : 'quiet'
}
