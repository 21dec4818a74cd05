import { describe, expect, test } from 'vitest'
import type { SeenDevice } from '../../shared/contract/device.ts'
import { CARD as IDENTITY } from '../agent/gpu/identity.fixture.ts'
import { createFakeTree } from '../agent/gpu/sysfs.fake.ts'
import type { PowerSource } from '../agent/power-source.ts'
import type { Examined } from './check.ts'
import { examineOne, fakeMachine } from './machine.fixture.ts'
import { HARDWARE_CHECKS, judgeHardware } from './hardware.ts'

const CARD: PowerSource & { persistence: boolean | null } = {
  device: IDENTITY,
  method: 'counter',
  reader: 'NVML',
  sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'Ada', wrapMj: null, power: 'power-average' },
  rest: null,
  persistence: true,
  sample: () => Promise.reject(new Error('the doctor samples nothing')),
}
const CPU: PowerSource = {
  ...CARD,
  device: { ...CARD.device, kind: 'cpu', vendor: 'Intel', name: 'Core i5', driver: 'none', busId: null },
  method: 'estimate',
  reader: 'estimate',
}
const seen = (reason: SeenDevice['reason']): SeenDevice => ({
  kind: 'gpu',
  vendor: 'AMD',
  name: 'AMD GPU 1002:744c',
  busId: '0000:03:00.0',
  reason,
  advice: 'Do this.',
})
const judge = (sources: readonly PowerSource[], hidden: readonly SeenDevice[] = []) =>
  judgeHardware({ sources, seen: hidden }).map(({ code, verdict, fix }) => [code, verdict, fix])

describe('what the doctor says of hardware', () => {
  test('a card with a counter is fine, a processor without one is worth a look', () => {
    expect(judge([CARD, CPU])).toEqual([
      ['gpu', 'ok', null],
      ['nvidia-persistence', 'ok', null],
      ['cpu-energy', 'warn', expect.stringContaining('uncertainty')],
    ])
    expect(judgeHardware({ sources: [CARD], seen: [] })[0]?.evidence).toBe('RTX 4090 (NVIDIA 595.71.05): energy from its own counter, read by NVML, ±7 %')
  })
  test('persistence mode is asked for, but not of a laptop', () => {
    const off = { ...CARD, persistence: false }
    expect(judge([off])[1]).toEqual(['nvidia-persistence', 'warn', expect.stringContaining('nvidia-smi -pm 1')])
    expect(judge([{ ...off, rest: () => undefined }])[1]).toEqual(['nvidia-persistence', 'ok', null])
  })
  test('a partitioned card is explained', () => {
    const [, , mig] = judgeHardware({ sources: [{ ...CARD, device: { ...CARD.device, instances: 7 } }], seen: [] })
    expect(mig).toMatchObject({ code: 'nvidia-mig', evidence: expect.stringContaining('7 instances') })
  })
  test.each([
    ['no-driver', 'gpu-driver', 'warn'],
    ['driver-failed', 'gpu-driver', 'warn'],
    ['no-meter', 'gpu-meter', 'warn'],
    ['asleep', 'gpu-asleep', 'ok'],
    ['unreadable', 'cpu-energy', 'warn'],
    ['not-used', 'accelerator', 'ok'],
  ] as const)('%s is told under %s as %s, with what to do', (reason, code, verdict) => {
    const [finding] = judgeHardware({ sources: [], seen: [seen(reason)] })
    expect(finding).toMatchObject({ code, verdict })
    expect(`${finding?.evidence} ${finding?.fix}`).toContain('Do this.')
  })
  test('a machine without a GPU is told that it can still work', () => {
    expect(judge([CPU])[0]).toEqual(['gpu', 'warn', 'Jobs that need none run here all the same.'])
  })
})

const machine = (proc: Record<string, string>, library?: string): { examined: Examined; [Symbol.dispose]: () => void } => {
  const tree = createFakeTree({ ...proc, ...(library ? { [library]: '' } : {}) })
  return {
    examined: fakeMachine({
      environment: { WINDFALL_NVML: library ? `${tree.root}/${library}` : '/nowhere' },
      sysRoot: tree.root,
      procRoot: tree.root,
    }),
    [Symbol.dispose]: tree[Symbol.dispose],
  }
}
const version = (number: string) => ({
  'driver/nvidia/version': `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${number}  Tue Sep 2 2026\nGCC version: 12`,
})

describe('the driver', () => {
  test('none is installed', async () => {
    using found = machine({})
    expect(await examineOne(HARDWARE_CHECKS, 'nvidia-driver', found.examined)).toMatchObject({ code: 'nvidia-driver', verdict: 'skipped' })
  })
  test('library and kernel agree', async () => {
    using found = machine(version('595.71.05'), 'libnvidia-ml.so.595.71.05')
    expect(await examineOne(HARDWARE_CHECKS, 'nvidia-driver', found.examined)).toMatchObject({
      verdict: 'ok',
      evidence: expect.stringContaining('kernel module 595.71.05'),
    })
  })
  test('an update under a running driver asks for a restart', async () => {
    using found = machine(version('590.48.01'), 'libnvidia-ml.so.595.71.05')
    expect(await examineOne(HARDWARE_CHECKS, 'nvidia-driver', found.examined)).toMatchObject({
      verdict: 'fail',
      fix: expect.stringContaining('Restart the machine'),
    })
  })
  test('the open kernel module names itself differently', async () => {
    using found = machine({ 'driver/nvidia/version': 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  590.48.01  Release Build' })
    expect(await examineOne(HARDWARE_CHECKS, 'nvidia-driver', found.examined)).toMatchObject({
      verdict: 'warn',
      evidence: expect.stringContaining('590.48.01'),
    })
  })
})
