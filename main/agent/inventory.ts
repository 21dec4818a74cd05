import { messageOf } from '../../shared/errors.ts'
import { type Clock, untilMultiple } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import type { Detection, Detector } from './gpu/detect.ts'
import type { PowerSample } from './power-source.ts'

export interface InventoryDeps {
  readonly detector: Detector
  readonly clock: Clock
  readonly log: Logger
  /** Devices came, went, or are known better than before. */
  readonly changed: () => void
  /** The machine woke, or its owner asks: what was seen of the devices in other ways may no longer be true. */
  readonly doubted: () => void
}

/** The devices of this machine, as known now. */
export interface Inventory {
  readonly current: () => Detection
  /** Looks again; never rejects. A look that is asked for during another one begins after it. */
  readonly look: (why: LookReason) => Promise<Detection>
  /** Takes note of how a device answers, so that one that fell away is looked for. */
  readonly note: (uuid: string, status: PowerSample['status']) => void
  /** Looks again when this machine wakes, and when hardware or driver change. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

type LookReason = 'start' | 'resume' | 'hardware' | 'silent' | 'names' | 'owner'

const TICK_MS = 5_000
/** More than this late by the wall clock: the machine slept, or its time was set. */
const JUMP_MS = 2_000
const FINGERPRINT_EVERY = 6
/** A driver reset takes seconds; after this long without an answer something has changed. */
const SILENT_MS = 10_000
/** Another look at a device that stays silent: after 30 s, then after twice as long each time, at most every 10 min. */
const SILENT_AGAIN = { fromMs: 30_000, toMs: 600_000 }

/** Opens the inventory with a first look. `signal` ends looks under way. */
export async function openInventory(deps: InventoryDeps, signal: AbortSignal): Promise<Inventory> {
  const looker = createLooker(deps, signal)
  await looker.look('start')
  const silence = createSilence(deps.clock, () => void looker.look('silent'))
  return { ...looker, note: silence.note, run: (stop) => watch(deps, looker.look, stop) }
}

type Looker = Pick<Inventory, 'look' | 'current'>

function createLooker({ detector, log, changed, doubted }: InventoryDeps, signal: AbortSignal): Looker {
  let current: Detection = { cpu: { vendor: '', model: 'unknown', packages: 1, cores: 1, threads: 1, memoryBytes: 0 }, sources: [], seen: [] }
  let shown = ''
  let under: Promise<Detection> | null = null
  let next: Promise<Detection> | null = null
  const lookNow = async (why: LookReason): Promise<Detection> => {
    try {
      current = await detector.detect(signal)
    } catch (error) {
      log.warn({ why, reason: messageOf(error) }, 'the devices of this machine could not be looked at; what was known before stays')
    }
    if (why === 'resume' || why === 'owner') doubted()
    const facts = factsOf(current)
    if (facts !== shown) {
      shown = facts
      log.info({ why, devices: current.sources.map(({ device, method }) => `${device.name}: ${method}`), seen: current.seen.length }, 'devices of this machine')
      if (why !== 'start') changed()
    }
    return current
  }
  const begin = (why: LookReason): Promise<Detection> => {
    next = null
    under = lookNow(why).finally(() => {
      under = null
    })
    return under
  }
  return { current: () => current, look: (why) => (next ??= under ? under.then(() => begin(why)) : null) ?? begin(why) }
}

/** What makes a difference to owner and coordinator; sources may change behind the same object. */
const factsOf = ({ cpu, sources, seen }: Detection): string =>
  JSON.stringify([cpu, sources.map(({ device, method, reader, sensor, rest }) => [device, method, reader, sensor, rest !== null]), seen])

async function watch({ detector, clock }: InventoryDeps, look: Inventory['look'], signal: AbortSignal): Promise<void> {
  let fingerprint = detector.fingerprint()
  let before = clock.now()
  for (let tick = 1, ms = untilMultiple(clock, TICK_MS); await clock.sleep(ms, signal); tick++) {
    // The clock that sleeps are timed by stands still during sleep on some systems and not on others; this one never does.
    const isResumed = clock.now() - before > ms + JUMP_MS
    before = clock.now()
    ms = untilMultiple(clock, TICK_MS)
    const isDue = tick % FINGERPRINT_EVERY === 0
    const seen = isDue || isResumed ? detector.fingerprint() : fingerprint
    if (isResumed || seen !== fingerprint) void look(isResumed ? 'resume' : 'hardware')
    fingerprint = seen
  }
}

interface Silent {
  readonly since: number
  readonly askAt: number
  readonly waitMs: number
}

/** Asks for a look when a device that was there stops answering, ever more rarely while it stays away. */
function createSilence(clock: Clock, ask: () => void): Pick<Inventory, 'note'> {
  const silent = new Map<string, Silent>()
  return {
    note(uuid, status) {
      if (status === 'ok' || status === 'asleep') {
        silent.delete(uuid)
        return
      }
      const now = clock.monotonic()
      const known = silent.get(uuid) ?? { since: now, askAt: now + SILENT_MS, waitMs: SILENT_AGAIN.fromMs }
      const isDue = now >= known.askAt
      silent.set(uuid, isDue ? { ...known, askAt: now + known.waitMs, waitMs: Math.min(SILENT_AGAIN.toMs, known.waitMs * 2) } : known)
      if (isDue) ask()
    },
  }
}
