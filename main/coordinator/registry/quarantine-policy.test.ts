import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { NodeFault } from '../../../shared/contract/node-fault.ts'
import { type Found, quarantinePolicy } from './quarantine-policy.ts'

const NODE = { kind: 'node', id: 'n' } as const
const NOW = Date.parse('2026-03-18T12:00:00.000Z')
const DAY_MS = 86_400_000

const decide = (fault: NodeFault, change: Partial<Found['standing']> = {}, state: Found['state'] = 'active') =>
  quarantinePolicy.decide({ found: { now: NOW, state, fault, standing: { faults: { [fault]: 1 }, inRow: 1, quarantines: 0, ...change } } }, NODE).outcome

test.each(NodeFault.options)('the first %s is forgiven, unless no accident explains it', (fault) => {
  expect(decide(fault).action).toBe(fault === 'forged-samples' ? 'quarantine' : 'go-on')
})

test('two wrong results, six refused proofs and seven faults in a row are too many', () => {
  expect(decide('wrong-result', { faults: { 'wrong-result': 1.9 } })).toMatchObject({ action: 'quarantine', reason: expect.stringContaining('wrong') })
  expect(decide('refused-proof', { faults: { 'refused-proof': 5 } }).action).toBe('go-on')
  expect(decide('refused-proof', { faults: { 'refused-proof': 5.5 } }).action).toBe('quarantine')
  expect(decide('failed', { inRow: 6 }).action).toBe('go-on')
  expect(decide('failed', { inRow: 7 })).toMatchObject({ action: 'quarantine', reason: expect.stringContaining('7 times in a row') })
})

test('a node on probation is allowed one mistake', () => {
  expect(decide('silent', { inRow: 1 }, 'probation').action).toBe('go-on')
  expect(decide('silent', { inRow: 2 }, 'probation').action).toBe('quarantine')
})

test('each quarantine lasts twice as long as the one before, and none longer than a month', () => {
  const days = [0, 1, 2, 9].map((quarantines) => ((decide('forged-samples', { quarantines }).until ?? NOW) - NOW) / DAY_MS)
  expect(days).toEqual([1, 2, 4, 30])
})

test('version by version, the same faults lead to the same sentences; where an answer changes, VERSION does', () => {
  const counts = [0.5, 1, 2, 5, 6, 8]
  const answers = NodeFault.options.flatMap((fault) =>
    counts.flatMap((count) =>
      (['active', 'probation'] as const).map((state) => decide(fault, { faults: { [fault]: count }, inRow: Math.round(count), quarantines: 1 }, state)),
    ),
  )
  expect([quarantinePolicy.version, createHash('sha256').update(JSON.stringify(answers)).digest('hex')]).toEqual([
    '1',
    'e02a171f2327f9ec6c7add31dfab8d42ff6c969a7ee36dbfb622e22814e9bc7e',
  ])
})
