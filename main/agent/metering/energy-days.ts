import { type Integral, addReading, beginIntegral } from '../../../shared/domain/energy/integral.ts'
import { resultOf } from '../../../shared/domain/energy/result.ts'
import type { Device, Reading } from '../../../shared/domain/energy/sensor.ts'
import { HALF_HOUR_MS } from '../../../shared/units.ts'
import type { DeviceDay, DeviceDaysStore } from './device-days.store.ts'

const DAY_MS = 86_400_000
const SLOTS_PER_DAY = DAY_MS / HALF_HOUR_MS
/** The disk is not woken more often than this while nothing but time passes. */
const WRITE_EVERY_MS = 60_000
/** A timeline that lies further from the wall clock is given up: someone set the clock. */
const DRIFT_MS = 60_000

interface Looked {
  readonly deviceId: string
  readonly device: Device
  readonly reading: Reading
  /** Whether an attempt runs on the device. */
  readonly inJob: boolean
}

export interface EnergyDays {
  readonly see: (looked: Looked) => void
  /** Of the UTC day that `now` falls into. */
  readonly today: (deviceId: string, now: number) => { readonly joules: number; readonly jobJoules: number }
  /** Writes what is known. */
  readonly flush: () => void
}

/** One device's energy since it was first looked at, or since midnight UTC. */
interface Account {
  readonly device: Device
  /** What the day had before. */
  readonly base: DeviceDay
  readonly all: Integral
  /** From the first to the last reading of the attempt under way. */
  readonly job: Integral | null
}

/** Energy per device and UTC day while this agent watches, by the rules of the meter. Survives a restart. */
export function createEnergyDays(store: DeviceDaysStore): EnergyDays {
  const accounts = new Map<string, Account>()
  let writtenAt: number | null = null
  const flush = () => store.put([...accounts.values()].map(totalOf))
  return {
    see({ deviceId, device, reading, inJob }) {
      const job = inJob ? started(device, reading) : null
      const known = accounts.get(deviceId)
      if (known && follows(known, device, reading)) {
        const { account, passed } = atMidnight(add(known, reading, inJob))
        if (passed.length > 0) store.put(passed)
        accounts.set(deviceId, account)
      } else {
        if (known) store.put([totalOf(known)])
        accounts.set(deviceId, { device, base: store.get(dayOf(reading.wall), deviceId), all: started(device, reading), job })
      }
      writtenAt ??= reading.mono
      if (reading.mono - writtenAt < WRITE_EVERY_MS) return
      writtenAt = reading.mono
      flush()
    },
    today(deviceId, now) {
      const known = accounts.get(deviceId)
      const { joules, jobJoules } = known?.base.day === dayOf(now) ? totalOf(known) : store.get(dayOf(now), deviceId)
      return { joules, jobJoules }
    },
    flush,
  }
}

const dayOf = (wall: number): number => Math.floor(wall / DAY_MS)
const started = (device: Device, reading: Reading): Integral => addReading(beginIntegral(device, reading), reading)
const isSameDevice = (a: Device, b: Device): boolean => a.method === b.method && a.limitW === b.limitW && a.sensor.wrapMj === b.sensor.wrapMj

/** The same device on the same timeline. */
const follows = ({ device: known, all }: Account, device: Device, { mono, wall }: Reading): boolean =>
  isSameDevice(known, device) && Math.abs(all.wallMs + mono - all.last.mono - wall) <= DRIFT_MS

function add(account: Account, reading: Reading, inJob: boolean): Account {
  const { device, base, job } = account
  const all = addReading(account.all, reading)
  if (!inJob) return { ...account, all, base: job ? withJob(base, job) : base, job: null }
  return { ...account, all, job: job ? addReading(job, reading) : started(device, reading) }
}

const withJob = (base: DeviceDay, job: Integral): DeviceDay => ({ ...base, jobJoules: base.jobJoules + resultOf(job).joules })

/** Everything counts to the day the account is of. */
const totalOf = ({ base, all, job }: Account): DeviceDay => {
  const { joules, coveredMs } = resultOf(all)
  return { ...base, joules: base.joules + joules, coveredMs: base.coveredMs + coveredMs, jobJoules: base.jobJoules + (job ? resultOf(job).joules : 0) }
}

/** Closes the days that have passed and begins the new one with its share of the stretch across midnight. */
function atMidnight(account: Account): { readonly account: Account; readonly passed: readonly DeviceDay[] } {
  const { device, all, job } = account
  if (dayOf(all.wallMs) === account.base.day) return { account, passed: [] }
  const days = perDay(account)
  const base = days.at(-1) ?? account.base
  return { account: { device, base, all: started(device, all.last), job: job && started(device, all.last) }, passed: days.slice(0, -1) }
}

/** In order of time; the last one is that of the newest reading. */
function perDay({ base, all, job }: Account): DeviceDay[] {
  const days = new Map<number, DeviceDay>([[base.day, base]])
  const at = (slot: number): DeviceDay => {
    const day = Math.floor(slot / SLOTS_PER_DAY)
    return days.get(day) ?? { day, deviceId: base.deviceId, joules: 0, jobJoules: 0, coveredMs: 0 }
  }
  for (const { slot, joules, coveredMs } of resultOf(all).slots) {
    const day = at(slot)
    days.set(day.day, { ...day, joules: day.joules + joules, coveredMs: day.coveredMs + coveredMs })
  }
  for (const { slot, joules } of job ? resultOf(job).slots : []) days.set(at(slot).day, { ...at(slot), jobJoules: at(slot).jobJoules + joules })
  const newest = at(all.wallMs / HALF_HOUR_MS)
  return [...days.set(newest.day, newest).values()].toSorted((a, b) => a.day - b.day)
}
