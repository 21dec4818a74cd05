/** A node on real stores and a real vault beside a coordinator in the same process; everything between them and below them can fail. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { z } from 'zod'
import type { AttemptFacts } from '../../main/agent/attempt.ts'
import { createKeyRotation } from '../../main/agent/key-rotation.ts'
import { openAgentStores } from '../../main/agent/stores.ts'
import { enrol } from '../../main/agent/sync/enrol.ts'
import { runOutbox } from '../../main/agent/sync/outbox.ts'
import { createTestWork } from '../../main/agent/work.fixture.ts'
import { OUTPUT, SECONDS, proofFor, testCapabilities } from '../../main/coordinator/test-work.fake.ts'
import { type TestServer, sendSigned } from '../../main/coordinator/http/http.fake.ts'
import { type DeviceKeys, openDeviceKeys } from '../../main/kernel/device-key.ts'
import { type SecretVault, createFileVault } from '../../main/kernel/secret-vault.ts'
import type { Signer } from '../../main/kernel/signing.ts'
import { type Tpm, createTpm } from '../../main/kernel/tpm.ts'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Call, type Client, connect } from '../../shared/contract/define.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { type EnergyProof, Measurement } from '../../shared/domain/energy-proof.ts'
import { WindfallError, fromProblem } from '../../shared/errors.ts'

type Coordinator = Client<typeof coordinatorContract>

/** What may happen to the node, once, at the next opportunity. */
export type Mishap = 'save-lost' | 'dies-after-save' | 'request-lost' | 'answer-lost' | 'dies-before-signing-anew'

/** The coordinator by its HTTP border, without a network. `next` tells what happens to the next announcement of a key. */
function clientOf(server: TestServer, signer: Signer, next: () => Mishap | null): Coordinator {
  const invoke = async (name: string, input: unknown): Promise<unknown> => {
    const { http } = (coordinatorContract as Readonly<Record<string, Call>>)[name] ?? {}
    if (!http) throw new Error(`no call ${name}`)
    const mishap = name === 'rotateKey' ? next() : null
    if (mishap === 'request-lost') throw new WindfallError('unavailable', 'The coordinator cannot be reached.')
    const path = http.path.replaceAll(/\{(\w+)\}/g, (_, part: string) => String((input as Record<string, unknown>)[part]))
    const { statusCode, body } = await sendSigned(server, { ...signer }, { method: http.method, path, body: http.method === 'GET' ? null : input })
    if (mishap === 'answer-lost') throw new WindfallError('unavailable', 'The coordinator cannot be reached.')
    if (statusCode !== 200) throw fromProblem(statusCode, JSON.parse(body))
    return JSON.parse(body) as unknown
  }
  return connect(coordinatorContract, { invoke, subscribe: () => () => undefined })
}

const died = () => new Error('the process died')

const dyingVault = (vault: SecretVault, next: () => Mishap | null): SecretVault => ({
  ...vault,
  save: async (name, secret) => {
    const mishap = next()
    if (mishap === 'save-lost') throw died()
    await vault.save(name, secret)
    if (mishap === 'dies-after-save') throw died()
  },
})

function factsOf(proof: EnergyProof): AttemptFacts {
  const { startedAt, endedAt, durationMs, sleepMs, exitCode, outputSha256 } = proof
  return { startedAt, endedAt, durationMs, sleepMs, exitCode, outputSha256, measurement: z.object(Measurement.shape).parse(proof) }
}

export interface RotatingNode extends Disposable {
  readonly keys: DeviceKeys
  readonly client: Coordinator
  readonly waits: () => boolean
  /** Runs a job and leaves its proof in the outbox. */
  readonly work: (lease: Lease) => Promise<void>
  /** Asks for a new key and lets it take over if it can. */
  readonly rotate: (evidence: Signer['evidence']) => Promise<void>
  /** Lives for a while: announces its key, enrols and delivers. */
  readonly live: () => Promise<void>
}

export interface NodeWorld {
  readonly server: TestServer
  readonly directory: string
  readonly tpm: Tpm
  mishap: Mishap | null
}

export const createNodeWorld = (server: TestServer, tpm: Tpm = createTpm({ WINDFALL_TPM_TCTI: 'device:/nowhere' })): NodeWorld => ({
  server,
  directory: mkdtempSync(join(tmpdir(), 'windfall-rotating-')),
  tpm,
  mishap: null,
})

/** Takes the mishap that waits, if it is one of these. */
const taker =
  (world: NodeWorld, ...kinds: readonly Mishap[]) =>
  (): Mishap | null => {
    const { mishap } = world
    if (mishap === null || !kinds.includes(mishap)) return null
    world.mishap = null
    return mishap
  }

/** Starts the node as a new process does: from what the last one left behind. */
export async function startRotatingNode(world: NodeWorld): Promise<RotatingNode> {
  const { server, directory, tpm } = world
  const { clock } = server.core
  const vault = dyingVault(createFileVault(directory), taker(world, 'save-lost', 'dies-after-save'))
  const keys = await openDeviceKeys({ vault, directory, tpm, clock })
  const stores = openAgentStores(directory)
  const { nodeId, signer } = keys
  const client = clientOf(server, signer, () => null)
  const work = createTestWork({ stores, signer, nodeId, clock })
  const log = pino({ level: 'silent' })
  const clientFor = (by: Signer) => clientOf(server, by, taker(world, 'request-lost', 'answer-lost'))
  const rotation = createKeyRotation({ keys, clientFor, clock, random: () => 0, log, changed: () => undefined })
  const realign: typeof work.prover.realign = async (head) => {
    if (taker(world, 'dies-before-signing-anew')()) throw died()
    return work.prover.realign(head)
  }
  const sending = {
    outbox: stores.outbox,
    client,
    nodeId,
    signer,
    clock,
    random: () => 0,
    handOver: async () => undefined,
    realign,
    refused: unexpected,
    accepted: () => undefined,
    postponed: () => undefined,
  }
  return {
    keys,
    client,
    waits: () => stores.outbox.peek() !== null || keys.next() !== null,
    async work(lease) {
      await client.call('startAttempt', { leaseId: lease.leaseId, token: lease.token })
      await clock.advance(SECONDS * 1_000)
      stores.jobs.add(lease, clock.now())
      await work.prover.prove(lease, factsOf(proofFor(lease, { nodeId, now: clock.now() })), OUTPUT)
    },
    async rotate(evidence) {
      await keys.prepare(evidence)
      await rotation.handOver()
    },
    async live() {
      await rotation.handOver()
      await enrol(client, signer, { capabilities: testCapabilities, payoutAddress: null, keyChanges: keys.history() }).catch(() => undefined)
      const stop = new AbortController()
      const delivering = runOutbox(sending, stop.signal)
      for (let round = 0; round < 60 && stores.outbox.peek(); round++) {
        await clock.advance(500)
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
      }
      stop.abort()
      await delivering
    },
    [Symbol.dispose]: () => stores[Symbol.dispose](),
  }
}

function unexpected(_: unknown, error: Error): never {
  throw error
}
