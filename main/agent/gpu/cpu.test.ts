import { expect, onTestFinished, test } from 'vitest'
import { readCpu } from './cpu.ts'
import { createFakeTree } from './sysfs.fake.ts'

const thread = (fields: Readonly<Record<string, string | number>>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}\t: ${value}`)
    .join('\n')
const intel = (processor: number, physical: number, core: number) =>
  thread({ processor, vendor_id: 'GenuineIntel', 'model name': 'Intel(R) Xeon(R)', 'physical id': physical, 'core id': core })

test.each([
  [
    'two packages with two threads per core',
    [intel(0, 0, 0), intel(1, 0, 0), intel(2, 1, 0), intel(3, 1, 0)],
    { vendor: 'Intel', model: 'Intel(R) Xeon(R)', packages: 2, cores: 2, threads: 4 },
  ],
  [
    'an Arm board, which numbers neither packages nor cores',
    [thread({ processor: 0, 'CPU part': '0xd0b' }), thread({ processor: 1, 'CPU part': '0xd0b' }), thread({ Model: 'Raspberry Pi 5' })],
    { packages: 1, cores: 2, threads: 2 },
  ],
])('%s', (_name, blocks, expected) => {
  const proc = createFakeTree({ cpuinfo: blocks.join('\n\n') })
  onTestFinished(() => proc[Symbol.dispose]())
  expect(readCpu(proc.root)).toMatchObject(expected)
})

test('without /proc the runtime answers', () => {
  const cpu = readCpu('/nowhere')
  expect(cpu.threads).toBeGreaterThan(0)
  expect(cpu.model).not.toBe('')
})
