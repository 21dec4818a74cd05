/** Jobs, arrays and their money: whatever is submitted, ends and follows from that, what is set aside belongs to exactly the jobs that have not ended. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { After } from '../../../shared/contract/job-links.ts'
import { microUsd } from '../../../shared/units.ts'
import { REQUESTER, type TestCore, startTestCore } from '../core.fake.ts'
import { testSpec } from '../test-work.fake.ts'
import { createJobMoney } from '../job-money.ts'
import { jobReserved } from '../ledger/accounts.ts'
import { requesterDeposit } from '../ledger/entries.ts'
import { checkLedger } from '../ledger/check.ts'
import { book, prepaidOf } from '../ledger/ledger.ts'
import { createLedgerStore } from '../ledger/ledger.store.ts'
import { transact } from '../persistence/database.ts'
import { TERMINAL } from './transition.ts'

const PREPAID = 12_000_000n
const EACH = 1_000_000n
const names = ['a', 'b', 'c', 'd', 'e'] as const
const name = fc.constantFrom(...names)
const link = fc.record({ of: name, isArray: fc.boolean(), when: fc.constantFrom('completed' as const, 'ended' as const) })
const deed = fc.oneof(
  fc.record({ do: fc.constant('submit' as const), name, after: fc.array(link, { maxLength: 2 }) }),
  fc.record({ do: fc.constant('array' as const), name, jobs: fc.integer({ min: 1, max: 5 }), after: fc.array(link, { maxLength: 1 }) }),
  fc.record({ do: fc.constant('cancel' as const), name }),
  fc.record({ do: fc.constant('cancel-array' as const), name }),
  fc.record({ do: fc.constant('fail' as const) }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('round' as const) }),
)
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never

const afterOf = (links: readonly { of: string; isArray: boolean; when: 'completed' | 'ended' }[]): After =>
  links.map(({ of, isArray, when }) => (isArray ? { arrayId: `array-${of}`, when } : { jobId: of, when }))

async function carryOut(core: TestCore, nodeId: string, deed: Deed): Promise<void> {
  const spec = testSpec(core.clock.now(), { outputSha256: null, price: { microUsdPerHour: '600000', maxMicroUsd: String(EACH) } })
  if (deed.do === 'submit') await core.jobs.submit({ requesterId: REQUESTER, jobId: deed.name, spec, after: afterOf(deed.after) })
  else if (deed.do === 'array')
    await core.jobs.arrays.submit(REQUESTER, { arrayId: `array-${deed.name}`, spec, range: { from: 0, to: deed.jobs - 1 }, after: afterOf(deed.after) })
  else if (deed.do === 'cancel') await core.jobs.cancel(REQUESTER, deed.name)
  else if (deed.do === 'cancel-array') await core.jobs.arrays.cancel(REQUESTER, `array-${deed.name}`)
  else if (deed.do === 'wait') await core.clock.advance(deed.hours * 3_600_000)
  else if (deed.do === 'round') await core.jobs.round()
  else {
    await core.parts.agents.heartbeat(nodeId, { ready: true, reasons: [], running: [] })
    const lease = await core.jobs.request(nodeId, ['docker'])
    if (!lease) return
    const claim = { nodeId, leaseId: lease.leaseId, token: lease.token }
    await core.jobs.fail({ ...claim, reason: 'job.failed', message: 'It failed.', exitCode: 1, retry: false })
  }
}

async function expectSound(core: TestCore): Promise<void> {
  const jobs = await core.db.selectFrom('job').select(['id', 'state', 'blocked', 'reason']).execute()
  let setAside = 0n
  for (const { id, state, blocked, reason } of jobs) {
    const held = await createLedgerStore(core.db).balanceOf(jobReserved(id), 'micro-usd')
    expect([id, state, held]).toEqual([id, state, TERMINAL.has(state) ? 0n : EACH])
    if (blocked === 1 && !TERMINAL.has(state)) expect([state, reason]).toEqual(['queued', 'waiting.after'])
    setAside += held
  }
  expect(await prepaidOf(core.db, REQUESTER)).toBe(PREPAID - setAside)
  expect(await checkLedger(core.db)).toMatchObject({ balanced: true, findings: [] })
}

test('a job has its money set aside exactly while it has not ended, and one that has ended never moves again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 14 }), async (deeds) => {
      await using core = await startTestCore({
        changes(_, { clock, ids }) {
          const { settle, ...money } = createJobMoney(clock, ids)
          return { settle, money }
        },
      })
      await transact(core.db, (tx) => book(tx, requesterDeposit({ id: 'd', requesterId: REQUESTER, amount: microUsd(PREPAID), at: 0 })))
      const node = await core.enrol()
      const ended = new Map<string, string>()
      for (const one of deeds) {
        await carryOut(core, node.nodeId, one).catch((error: unknown) => expect(error).toHaveProperty('code'))
        await expectSound(core)
        for (const { id, state } of await core.db.selectFrom('job').select(['id', 'state']).execute()) {
          if (ended.has(id)) expect([id, state]).toEqual([id, ended.get(id)])
          if (TERMINAL.has(state)) ended.set(id, state)
        }
      }
    }),
    { numRuns: 25, endOnFailure: true },
  )
})
