/** An agent's proofs on their way to a coordinator, while keys are replaced, backups are restored and the process dies at any write. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import type { Envelope } from '../../shared/contract/wire.ts'
import { type FailureCode, WindfallError } from '../../shared/errors.ts'
import { fakeFacts } from './attempt.fixture.ts'
import { type Keyring, type MortalAgent, type Mortality, createKeyring, createMortalAgent, createMortality } from './mortal-agent.fixture.ts'
import { type FakeCoordinator, createFakeCoordinator } from './sync/coordinator.fake.ts'
import { runOutbox } from './sync/outbox.ts'
import { leaseNamed } from './work.fixture.ts'

/** What happens to one call: to the network, and to the key or the coordinator's memory just before or after it is dealt with. */
export const Way = fc.record({
  fate: fc.constantFrom('well', 'well', 'well', 'lost', 'answer-lost', 'internal'),
  before: fc.constantFrom('nothing', 'nothing', 'nothing', 'new-key', 'restored'),
  after: fc.constantFrom('nothing', 'nothing', 'nothing', 'new-key'),
})
type Way = typeof Way extends fc.Arbitrary<infer T> ? T : never

interface Plan {
  readonly ways?: readonly Way[]
  /** Whether the key is replaced while it makes its nth signature. */
  readonly replacedDuring?: readonly boolean[]
  readonly verdict?: (leaseId: string) => FailureCode | null
}

const nothing = () => undefined
const conflict = () => new WindfallError('conflict', 'The proof is signed by a key that this node has replaced.')

interface Scene {
  readonly agent: MortalAgent
  readonly coordinator: FakeCoordinator
  readonly keyring: Keyring
  readonly life: Mortality
}

/** Lets the plan befall every call. Returns what the coordinator ever accepted, and how often its memory was set back. */
function befall({ coordinator, keyring, life }: Omit<Scene, 'agent'>, ways: Way[]) {
  const seen = { accepted: new Set<string>(), restores: 0 }
  const { invoke } = coordinator.transport
  const restore = () => {
    if (coordinator.accepted.splice(1).length > 0) seen.restores += 1
  }
  Object.assign(coordinator.transport, {
    invoke: async (name: string, input: { envelope?: Envelope }) => {
      life.check()
      const { fate, before, after } = ways.shift() ?? { fate: 'well', before: 'nothing', after: 'nothing' }
      if (before === 'new-key') keyring.replace()
      if (before === 'restored') restore()
      coordinator.fate = () => fate
      try {
        if (input.envelope && input.envelope.signatures[0]?.keyid !== keyring.signer.keyId) throw conflict()
        return await invoke(name, input)
      } finally {
        for (const { proof } of coordinator.accepted) seen.accepted.add(proof.leaseId)
        if (after === 'new-key') keyring.replace()
      }
    },
  })
  return seen
}

async function prove({ parts, clock }: MortalAgent, leaseId: string): Promise<void> {
  const { stores, prover } = parts()
  const lease = leaseNamed(leaseId)
  if (!stores.jobs.get(leaseId)) stores.jobs.add(lease, clock.now())
  if (stores.jobs.get(leaseId)?.proofId === null) await prover.prove(lease, fakeFacts(), new Uint8Array([1]))
}

/** The outbox at work, for so many rounds or until the agent dies or nothing waits. */
function createDelivery({ agent, coordinator, keyring, life }: Scene) {
  const refused: [leaseId: string, code: FailureCode][] = []
  const told = {
    refused: ({ leaseId }: { leaseId: string }, { code }: WindfallError) => void refused.push([leaseId, code]),
    accepted: nothing,
    postponed: nothing,
  }
  const run = async (rounds: number) => {
    const { outbox, prover } = agent.parts()
    const { clock } = agent
    const stop = new AbortController()
    const deps = {
      outbox,
      client: coordinator.client,
      nodeId: keyring.nodeId,
      signer: keyring.signer,
      clock,
      random: () => 0.5,
      handOver: async () => undefined,
    }
    const ended = runOutbox({ ...deps, ...told, realign: prover.realign }, stop.signal).catch((error: unknown) => error)
    for (let round = 0; round < rounds && !life.isDead() && outbox.peek(); round++) await clock.advance(31_000)
    stop.abort()
    const error = await ended
    if (error instanceof Error) throw error
  }
  return { refused, run }
}

export function createSigningWorld({ ways = [], replacedDuring = [], verdict = () => null }: Plan) {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windfall-signing-'))
  const life = createMortality()
  const keyring = createKeyring(life, [...replacedDuring])
  const agent = createMortalAgent(directory, { life, keyring })
  const coordinator = createFakeCoordinator(keyring.signer, agent.clock)
  coordinator.verdict = verdict
  const seen = befall({ coordinator, keyring, life }, [...ways])
  const { refused, run } = createDelivery({ agent, coordinator, keyring, life })
  return {
    coordinator,
    refused,
    replaceKey: keyring.replace,
    restart: () => agent.restart(),
    everAccepted: seen.accepted,
    jobOf: (leaseId: string) => agent.parts().stores.jobs.get(leaseId),
    counts: () => ({ signatures: keyring.count.signatures, moves: keyring.count.keys + seen.restores, deaths: life.deaths }),
    /** A job that ran: its proof is stored when this returns, even if the process dies first after so many writes. */
    finish: async (leaseId: string, writes = Number.POSITIVE_INFINITY) => {
      await agent.live(writes, () => prove(agent, leaseId))
      await prove(agent, leaseId)
    },
    /** Returns whether nothing waits any more. */
    deliver: async ({ rounds = 400, writes = Number.POSITIVE_INFINITY } = {}) => {
      await agent.live(writes, () => run(rounds))
      return agent.parts().stores.outbox.peek() === null
    },
    backup: agent.backup,
    [Symbol.dispose]: () => {
      agent.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
