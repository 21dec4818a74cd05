import { describe, expect, test } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import { fakeLease } from './lease.fixture.ts'
import { PROCESSOR_ONLY, aGpu } from './machine.fixture.ts'
import { type Machine, type Objection, type Verdict, type Working, mayStart } from './may-start.ts'

const GIB = 1_073_741_824

function aLease(gpus: number, { vramGib = 0, memoryGib = 1 }: { readonly vramGib?: number; readonly memoryGib?: number } = {}): Lease {
  const lease = fakeLease()
  return {
    ...lease,
    spec: { ...lease.spec, needs: { gpus, vramBytes: vramGib * GIB, ramBytes: 0 }, limits: { ...lease.spec.limits, memoryBytes: memoryGib * GIB } },
  }
}

const card = (deviceId: string, gib: number, change: Parameters<typeof aGpu>[1] = {}) =>
  aGpu(deviceId, { vramBytes: gib * GIB, freeBytes: gib * GIB, ...change })
const machineWith = (...gpus: Machine['gpus']): Machine => ({ ...PROCESSOR_ONLY, gpus, ramBytes: 14 * GIB })

interface Given {
  readonly machine: Machine
  readonly leases: readonly Lease[]
  readonly working?: readonly Working[]
  readonly owner?: Objection
  readonly grid?: Objection
}

/** What becomes of each lease: the devices it gets, or the code of why it gets none. */
const outcomes = ({ machine, leases, working = [], owner, grid }: Given): (string | readonly string[])[] =>
  mayStart({ machine, working, waiting: leases.map((lease) => ({ lease, owner: owner ?? null, grid: grid ?? null })) }).map(toldBy)

function toldBy(verdict: Verdict): string | readonly string[] {
  if ('start' in verdict) return verdict.start.map(({ deviceId }) => deviceId)
  return 'wait' in verdict ? verdict.wait.code : verdict.refuse.reason
}

const big = card('big', 24)
const small = card('small', 8)

describe('a job gets', () => {
  test('the smallest GPUs that do, and exactly as many as it needs', () => {
    const machine = machineWith(big, small, card('middle', 12))
    expect(outcomes({ machine, leases: [aLease(1)] })).toEqual([['small']])
    expect(outcomes({ machine, leases: [aLease(2, { vramGib: 10 })] })).toEqual([['middle', 'big']])
    expect(outcomes({ machine, leases: [aLease(3)] })).toEqual([['small', 'middle', 'big']])
  })

  test('a GPU of its own beside others, as long as there is one', () => {
    const machine = machineWith(big, small)
    expect(outcomes({ machine, leases: [aLease(1), aLease(1), aLease(1)] })).toEqual([['small'], ['big'], 'busy'])
    expect(outcomes({ machine, leases: [aLease(1)], working: [{ lease: aLease(1), deviceIds: ['small'] }] })).toEqual([['big']])
    expect(outcomes({ machine, leases: [aLease(1, { vramGib: 20 })], working: [{ lease: aLease(1), deviceIds: ['big'] }] })).toEqual(['busy'])
  })

  test('the processor for itself, whether or not there is a meter for it; a GPU job beside it takes none of it', () => {
    for (const processor of [PROCESSOR_ONLY.processor, []]) {
      const machine = { ...machineWith(small), processor }
      const ids = (processor ?? []).map(({ deviceId }) => deviceId)
      expect(outcomes({ machine, leases: [aLease(0), aLease(0), aLease(1)] })).toEqual([ids, 'busy', ['small']])
      expect(outcomes({ machine, leases: [aLease(0)], working: [{ lease: aLease(0), deviceIds: ids }] })).toEqual(['busy'])
    }
  })

  test('memory only from what all jobs together may use', () => {
    const machine = machineWith(big, small)
    expect(outcomes({ machine, leases: [aLease(1, { memoryGib: 8 }), aLease(1, { memoryGib: 8 })] })).toEqual([['small'], 'busy'])
    expect(outcomes({ machine, leases: [aLease(1, { memoryGib: 6 }), aLease(0, { memoryGib: 8 })] })).toEqual([['small'], ['cpu']])
  })
})

describe('whoever waits for other jobs', () => {
  const working = [{ lease: aLease(1), deviceIds: ['small'] }]

  test('for both GPUs keeps the free one from those behind it', () => {
    expect(outcomes({ machine: machineWith(big, small), leases: [aLease(2), aLease(1), aLease(0)], working })).toEqual(['busy', 'busy', ['cpu']])
  })

  test('for memory is not overtaken by those that need less', () => {
    const machine = machineWith(big, small)
    expect(outcomes({ machine, leases: [aLease(1, { memoryGib: 14 }), aLease(0)], working })).toEqual(['busy', 'busy'])
  })

  test('for its turn of the grid, its owner or a hot card keeps nobody away', () => {
    const held = { code: 'ceiling', message: 'hot' }
    expect(outcomes({ machine: machineWith({ ...big, held }, small), leases: [aLease(2), aLease(1)] })).toEqual(['ceiling', ['small']])
    const late = mayStart({
      machine: machineWith(small),
      working: [],
      waiting: [
        { lease: aLease(1), owner: null, grid: { code: 'carbon', message: 'later' } },
        { lease: aLease(1), owner: null, grid: null },
      ],
    })
    expect(late.map(toldBy)).toEqual(['carbon', ['small']])
  })
})

const hot = { code: 'ceiling', message: 'RTX 4070 is at 83 °C; your ceiling is 80 °C.' }
const present = { code: 'owner-present', message: 'You are using this machine.' }
const carbon = { code: 'carbon', message: 'The grid is not green enough now.' }

test.each<[string, Omit<Given, 'leases'> & { readonly lease?: Lease }, string | readonly string[]]>([
  ['the owner before the device', { machine: machineWith({ ...small, held: hot }), owner: present, grid: carbon }, 'owner-present'],
  ['the device before the grid', { machine: machineWith({ ...small, held: hot }), grid: carbon }, 'ceiling'],
  ['the grid before other jobs', { machine: machineWith(small), grid: carbon, working: [{ lease: aLease(1), deviceIds: ['small'] }] }, 'carbon'],
  ['what can never be before what passes', { machine: machineWith(), owner: present }, 'runtime.unavailable'],
  ['a card that is switched off', { machine: machineWith({ ...small, lent: false }) }, 'device-off'],
  ['a card that no container can use', { machine: machineWith({ ...small, refusal: 'No toolkit.' }) }, 'runtime.unavailable'],
  ['cards of which one is switched off', { machine: machineWith({ ...big, lent: false }, small), lease: aLease(2) }, 'device-off'],
  ['fewer cards than needed', { machine: machineWith(small), lease: aLease(2) }, 'runtime.unavailable'],
  ['cards that are too small', { machine: machineWith(small), lease: aLease(1, { vramGib: 9 }) }, 'runtime.unavailable'],
  ['a card whose memory others use', { machine: machineWith({ ...small, freeBytes: GIB }), lease: aLease(1, { vramGib: 2 }) }, 'vram'],
  ['a card that must stay free for its owner', { machine: { ...machineWith(small), spareVramBytes: GIB }, lease: aLease(1, { vramGib: 8 }) }, 'vram'],
  ['a card that does not tell, where it matters', { machine: machineWith({ ...small, freeBytes: null }), lease: aLease(1, { vramGib: 1 }) }, 'vram'],
  ['a card that does not tell, where it does not', { machine: machineWith({ ...small, freeBytes: null }) }, ['small']],
  ['a card that our own job fills', { machine: machineWith({ ...small, freeBytes: 0 }), working: [{ lease: aLease(1), deviceIds: ['small'] }] }, 'busy'],
  ['a processor that is switched off', { machine: { ...machineWith(small), processor: null }, lease: aLease(0) }, 'device-off'],
  ['more memory than jobs may use', { machine: machineWith(small), lease: aLease(1, { memoryGib: 15 }) }, 'runtime.unavailable'],
])('why a job does not start: %s', (_, { lease = aLease(1), ...given }, told) => {
  expect(outcomes({ ...given, leases: [lease] })).toEqual([told])
})
