/** Jobs at work and what they work on: the same in the window, the tray and the command line. */
import type { AgentJob, RunningJob } from '../contract/agent-job.ts'
import type { Device } from '../contract/device.ts'
import { YieldReason } from '../contract/job.ts'
import { t } from '../i18n/translate.ts'
import { type MeterMethod, weakestMethod } from './energy-proof.ts'

/** `0000:01:00.0` to `01:00.0`: the PCI domain is 0 on all but the largest machines. */
const shortBus = (busId: string): string => busId.replace(/^0+:/, '').toLowerCase()

/** What to call each device, by its id: its name, and where two share one, its slot or else a number. */
export function deviceTitles(devices: readonly Device[]): ReadonlyMap<string, string> {
  const twins = Map.groupBy(devices, ({ name }) => name)
  return new Map(
    devices.map((device) => {
      const same = twins.get(device.name) ?? []
      const mark = device.busId === null ? `(${same.indexOf(device) + 1})` : t('in slot {slot}', { slot: shortBus(device.busId) })
      return [device.deviceId, same.length > 1 ? `${device.name} ${mark}` : device.name]
    }),
  )
}

const devicesOf = ({ deviceIds }: Pick<RunningJob, 'deviceIds'>, devices: readonly Device[]): readonly Device[] =>
  devices.filter(({ deviceId }) => deviceIds.includes(deviceId))

/** Titles of the devices that a job works on. */
export function worksOn(job: Pick<RunningJob, 'deviceIds'>, devices: readonly Device[]): readonly string[] {
  const titles = deviceTitles(devices)
  return devicesOf(job, devices).flatMap(({ deviceId }) => titles.get(deviceId) ?? [])
}

/** What the devices of a job draw now, together; `null` if one of them does not tell. The weakest sets the method. */
export function jobPower(job: Pick<RunningJob, 'deviceIds'>, devices: readonly Device[]): { readonly watts: number; readonly method: MeterMethod } | null {
  const own = devicesOf(job, devices)
  const read = own.flatMap(({ state, watts, method }) => (state === 'ok' && watts !== null ? [{ watts, method }] : []))
  if (own.length === 0 || read.length < own.length) return null
  return { watts: read.reduce((sum, { watts }) => sum + watts, 0), method: weakestMethod(read.map(({ method }) => method)) }
}

/** Stands still or is slowed down for a while: for its owner, or for a limit of theirs. Its message says why. */
export const makesRoom = ({ state, code }: Pick<AgentJob, 'state' | 'code'>): boolean => state === 'running' && code !== null

/** Given back and proven, but the job came to nothing, so that nobody pays for its run. */
export const isUnpaid = ({ state, code }: Pick<AgentJob, 'state' | 'code'>): boolean => state === 'given-back' && code !== null

/** The coordinator asked for it back, to go on elsewhere or at a better time: nobody has failed. */
export const goesOnLater = (job: Pick<AgentJob, 'state' | 'code'>): boolean =>
  job.state === 'given-back' ? !isUnpaid(job) : job.state === 'failed' && YieldReason.safeParse(job.code).success
