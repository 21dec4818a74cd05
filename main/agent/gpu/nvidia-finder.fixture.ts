import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Child, type LaunchChild, launchNodeChild } from '../../kernel/child.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { PowerSample, PowerSource } from '../power-source.ts'
import type { Found } from './found.ts'
import { createNvidiaFinder } from './nvidia-finder.ts'
import { type FakeSmiScript, capturePath, createFakeSmi } from './nvidia-smi.fake.ts'
import { FAKE_4090, type FakeGpu } from './nvml.fake.ts'
import { NVIDIA, type PciDevice } from './pci.ts'

export const SECOND: FakeGpu = { ...FAKE_4090, uuid: 'GPU-2', bus: '00000000:02:00.0', name: 'NVIDIA RTX A2000' }

export const onBus = (busId: string, traits: Partial<PciDevice> = {}): PciDevice => ({
  kind: 'gpu',
  busId,
  path: '/nowhere',
  vendorId: NVIDIA,
  deviceId: 0x2684,
  driver: 'nvidia',
  asleep: false,
  sleeps: false,
  ...traits,
})
export const FIRST_SLOT = onBus('0000:01:00.0')
export const SECOND_SLOT = onBus('0000:02:00.0')

export const uuids = ({ sources }: Found) => sources.map(({ device }) => device.uuid)

export const setUp = ({ library = '/nowhere', path = '/nowhere' } = {}) => {
  const clock = createFakeClock()
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const children: { child: Child; isAlive: boolean }[] = []
  const launch: LaunchChild = (program) => {
    const child = launchNodeChild(program)
    if (child === null) return null
    const record = { child, isAlive: true }
    children.push(record)
    return { ...child, kill: () => ((record.isAlive = false), child.kill()) }
  }
  const finder = createNvidiaFinder({ clock, environment: { WINDFALL_NVML: library, PATH: path }, launch }, ended.signal)
  const find = (...pci: PciDevice[]) => finder.find(pci, ended.signal)
  const sample = (source: PowerSource | undefined) => source?.sample(ended.signal) as Promise<PowerSample>
  return { clock, ended, children, find, sample, open: () => children.filter(({ isAlive }) => isAlive).length }
}

export const smi = (script: FakeSmiScript = { report: `cat ${capturePath('rtx-3080-v13.xml')}` }) => {
  const program = createFakeSmi(script)
  onTestFinished(() => program[Symbol.dispose]())
  return { ...program, path: `${program.folder}:/usr/bin:/bin`, print: (line: string) => appendFileSync(join(program.folder, 'lines'), `${line}\n`) }
}
export const UUID_3080 = 'GPU-19d6d965-2acc-f646-00f8-4c76979aabb4'
export const SLOT_3080 = onBus('0000:0c:00.0')
