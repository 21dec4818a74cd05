import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FailureCode } from '../../shared/errors.ts'
import { Way, createSigningWorld } from './proof-signatures.fixture.ts'

const names = (count: number) => Array.from({ length: count }, (_, index) => String(index))

test('however many proofs in a row are refused, each is signed once when it is made and once for its place', async () => {
  using world = createSigningWorld({ verdict: (leaseId) => (Number(leaseId) < 60 ? 'proof.lease' : null) })
  for (const id of names(80)) await world.finish(id)
  expect(world.counts().signatures).toBe(80)
  expect(await world.deliver()).toBe(true)
  // The first is where it belongs; every other one takes the place of the one before it, or of one further back.
  expect(world.counts().signatures).toBe(80 + 79)
  expect(world.coordinator.accepted.map(({ proof }) => [proof.seq, proof.leaseId])).toEqual(names(20).map((_, index) => [index + 1, String(60 + index)]))
})

test('what is in its place already goes out as it was signed and all at once, and where the chain stands is asked once', async () => {
  using world = createSigningWorld({})
  for (const id of names(12)) await world.finish(id)
  expect(await world.deliver()).toBe(true)
  expect(world.counts().signatures).toBe(12)
  expect(world.coordinator.calls).toEqual(['proofChain', 'submitProofs'])
})

test('a coordinator that does not know of batches gets every proof by itself', async () => {
  using world = createSigningWorld({})
  for (const id of names(4)) await world.finish(id)
  world.coordinator.fate = (call) => (call === 'submitProofs' ? 'not-found' : 'well')
  expect(await world.deliver()).toBe(true)
  expect(world.coordinator.accepted.map(({ proof }) => proof.leaseId)).toEqual(names(4))
  expect(world.counts().signatures).toBe(4)
})

test('a key that is replaced again and again while proofs wait signs only what goes out', async () => {
  using world = createSigningWorld({ ways: Array.from({ length: 60 }, () => ({ fate: 'lost', before: 'nothing', after: 'nothing' })) })
  for (const id of names(10)) await world.finish(id)
  for (let day = 0; day < 7; day++) {
    world.replaceKey()
    await world.deliver({ rounds: 1 })
  }
  expect(world.counts().signatures).toBe(10)
  expect(await world.deliver()).toBe(true)
  expect(world.counts().signatures).toBe(20)
  expect(world.coordinator.accepted.map(({ proof }) => proof.leaseId)).toEqual(names(10))
})

test('an agent restored from a backup does not change what was accepted since, whatever its key is now', async () => {
  using world = createSigningWorld({})
  for (const id of names(6)) await world.finish(id)
  const restore = world.backup()
  await world.deliver({ writes: 3 })
  const accepted = [...world.coordinator.accepted]
  expect(accepted.length).toBeGreaterThan(1)
  restore()
  world.replaceKey('tpm')
  expect(await world.deliver()).toBe(true)
  expect(world.coordinator.accepted.slice(0, accepted.length)).toEqual(accepted)
  expect(world.coordinator.accepted.map(({ proof }) => [proof.seq, proof.leaseId])).toEqual(names(6).map((id, index) => [index + 1, id]))
  expect(world.refused).toEqual([])
  expect(world.counts().signatures).toBe(12)
})

const Writes = fc.option(fc.nat({ max: 9 }), { nil: Number.POSITIVE_INFINITY })
const Refusal = fc.constantFrom<FailureCode>('proof.implausible', 'proof.output', 'proof.sequence', 'lease.lost')
const Job = fc.record({
  refusal: fc.option(Refusal, { freq: 2 }),
  provenWithin: Writes,
  next: fc.constantFrom('wait', 'wait', 'deliver', 'restart', 'new-key'),
  deliveredWithin: Writes,
})
type Job = typeof Job extends fc.Arbitrary<infer T> ? T : never

async function take(world: ReturnType<typeof createSigningWorld>, { provenWithin, next, deliveredWithin }: Job, id: string): Promise<void> {
  await world.finish(id, provenWithin)
  if (next === 'deliver') await world.deliver({ rounds: 3, writes: deliveredWithin })
  if (next === 'restart') world.restart()
  if (next === 'new-key') world.replaceKey()
}

test('over refusals, outages, deaths at any write, restored backups and new keys, no work is lost and no proof is signed more than it must be', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(Job, { minLength: 1, maxLength: 9 }),
      fc.array(Way, { maxLength: 20 }),
      fc.array(fc.boolean(), { maxLength: 20 }),
      async (jobs, ways, during) => {
        using world = createSigningWorld({
          ways,
          replacedDuring: during.map((is, index) => is && index % 3 === 0),
          verdict: (id) => jobs[Number(id)]?.refusal ?? null,
        })
        for (const [index, job] of jobs.entries()) await take(world, job, String(index))
        expect(await world.deliver()).toBe(true)
        const { coordinator, refused, everAccepted } = world
        let head: string | null = null
        for (const [index, { proof, bodySha256 }] of coordinator.accepted.entries()) {
          expect([proof.seq, proof.prev]).toEqual([index + 1, head])
          head = bodySha256
          expect(world.jobOf(proof.leaseId)).toMatchObject({ state: 'submitted', proofId: proof.proofId })
        }
        const order = coordinator.accepted.map(({ proof }) => Number(proof.leaseId))
        expect(order).toEqual(order.toSorted((a, b) => a - b))
        for (const [index, { refusal }] of jobs.entries()) {
          const answers = new Set(refused.filter(([leaseId]) => leaseId === String(index)).map(([, code]) => code))
          expect([...answers]).toEqual(refusal ? [refusal] : [])
          expect(everAccepted.has(String(index))).toBe(!refusal)
        }
        const { signatures, moves, deaths } = world.counts()
        expect(signatures).toBeLessThanOrEqual(2 * jobs.length + moves + deaths)
      },
    ),
    { numRuns: 120 },
  )
})
