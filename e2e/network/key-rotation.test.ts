/** A node replaces its key while it works, and whatever fails meanwhile, it stays the node it is and loses nothing. */
import { rmSync } from 'node:fs'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../main/coordinator/http/http.fake.ts'
import { missingSwtpm, startSwtpm } from '../../main/kernel/swtpm.fixture.ts'
import { createTpm } from '../../main/kernel/tpm.ts'
import { type Mishap, type NodeWorld, type RotatingNode, createNodeWorld, startRotatingNode } from '../support/rotating-node.ts'

let server: TestServer
const worlds: NodeWorld[] = []
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(async () => {
  for (const { directory } of worlds.splice(0)) rmSync(directory, { recursive: true, force: true })
  await server[Symbol.asyncDispose]()
})

function newWorld(...given: Parameters<typeof createNodeWorld> extends [unknown, ...infer Rest] ? Rest : never): NodeWorld {
  const world = createNodeWorld(server, ...given)
  worlds.push(world)
  return world
}

const MISHAPS: readonly Mishap[] = ['save-lost', 'dies-after-save', 'request-lost', 'answer-lost', 'dies-before-signing-anew']
let jobs = 0

/** The node is given a job by the coordinator and proves it; the proof waits. */
async function doJob(node: RotatingNode): Promise<string> {
  const { core } = server
  const jobId = `job-${++jobs}`
  await node.client.call('heartbeat', { ready: true, reasons: [], running: [] })
  await core.submit(jobId)
  const { lease } = await node.client.call('requestLease', { runtimes: ['docker'] })
  if (!lease) throw new Error('no lease')
  await node.work(lease)
  return jobId
}

const proofsOf = async (nodeId: string) =>
  (await server.core.db.selectFrom('proof').select(['seq', 'job_id', 'envelope']).where('node_id', '=', nodeId).orderBy('seq').execute()).map(
    ({ seq, job_id, envelope }) => ({ seq, jobId: job_id, keyId: (JSON.parse(envelope) as { signatures: { keyid: string }[] }).signatures[0]?.keyid }),
  )

/** Lives on, process after process, until nothing waits any more. */
async function settle(world: NodeWorld, node: RotatingNode): Promise<RotatingNode> {
  let current = node
  for (let lives = 0; lives < 12 && current.waits(); lives++) {
    try {
      await current.live()
    } catch {
      current[Symbol.dispose]()
      current = await startRotatingNode(world)
    }
  }
  return current
}

async function start(world: NodeWorld): Promise<RotatingNode> {
  const node = await startRotatingNode(world)
  await node.live()
  return node
}

test('a proof that waits under the old key is accepted under the new one, in its place', async () => {
  const node = await start(newWorld())
  const { nodeId } = node.keys
  const first = await doJob(node)
  await node.live()
  const second = await doJob(node)
  await node.rotate('software')
  expect(node.keys.signer.keyId).not.toBe(nodeId)
  await node.live()
  const third = await doJob(node)
  await node.live()
  const { keyId } = node.keys.signer
  expect(await proofsOf(nodeId)).toEqual([
    { seq: 1, jobId: first, keyId: nodeId },
    { seq: 2, jobId: second, keyId },
    { seq: 3, jobId: third, keyId },
  ])
  expect(await server.core.decided('proof.refused')).toEqual([])
  node[Symbol.dispose]()
})

test.each(MISHAPS)('after “%s” the node is the node it was, its key is the one the coordinator knows, and its work counts', async (mishap) => {
  const world = newWorld()
  let node = await start(world)
  const { nodeId } = node.keys
  const jobId = await doJob(node)
  world.mishap = mishap
  await node.rotate('software').catch(() => undefined)
  if (mishap !== 'request-lost' && mishap !== 'answer-lost') {
    node[Symbol.dispose]()
    node = await startRotatingNode(world)
  }
  node = await settle(world, node)
  expect([node.keys.nodeId, node.keys.next(), node.waits()]).toEqual([nodeId, null, false])
  expect((await server.core.registry.node(nodeId))?.keyId).toBe(node.keys.signer.keyId)
  expect(node.keys.describe().rotations).toBe(mishap === 'save-lost' ? 0 : 1)
  expect((await proofsOf(nodeId)).map((proof) => proof.jobId)).toEqual([jobId])
  node[Symbol.dispose]()
})

test('while the coordinator cannot be told, the old key goes on signing, and the owner is told why', async () => {
  const world = newWorld()
  const node = await start(world)
  world.mishap = 'request-lost'
  await node.rotate('software')
  expect(node.keys.describe()).toMatchObject({ keyId: node.keys.nodeId, rotations: 0, next: { message: expect.stringContaining('cannot be reached') } })
  const jobId = await doJob(node)
  await node.live()
  expect(node.keys.describe()).toMatchObject({ rotations: 1, next: null })
  expect((await proofsOf(node.keys.nodeId)).map((proof) => proof.jobId)).toEqual([jobId])
  node[Symbol.dispose]()
})

const Step = fc.constantFrom('job', 'rotate', 'live', 'restart')
test('whatever happens in whatever order, the node keeps its id and its chain, and both sides know the same key', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(Step, fc.option(fc.constantFrom(...MISHAPS), { freq: 2 })), { minLength: 1, maxLength: 8 }), async (steps) => {
      // A coordinator of its own: with another node about, the job could be that one's.
      await server[Symbol.asyncDispose]()
      server = await startTestServer()
      const world = newWorld()
      let node = await start(world)
      const { nodeId } = node.keys
      const done: string[] = []
      for (const [step, mishap] of steps) {
        // One job at a time: the next lease comes when the last proof has arrived.
        if (step === 'job' && !node.waits()) done.push(await doJob(node))
        try {
          world.mishap = mishap
          if (step === 'rotate') await node.rotate('software')
          if (step === 'live') await node.live()
          if (step === 'restart') throw new Error('restart')
        } catch {
          node[Symbol.dispose]()
          world.mishap = null
          node = await startRotatingNode(world)
        }
      }
      world.mishap = null
      node = await settle(world, node)
      const [known, proofs] = [await server.core.registry.node(nodeId), await proofsOf(nodeId)]
      expect([node.keys.nodeId, node.waits(), known?.keyId]).toEqual([nodeId, false, node.keys.signer.keyId])
      expect(proofs.map(({ seq, jobId }) => [seq, jobId])).toEqual(done.map((jobId, index) => [index + 1, jobId]))
      node[Symbol.dispose]()
    }),
    { numRuns: 25 },
  )
})

describe.skipIf(missingSwtpm() !== null)('with a TPM', () => {
  test('a node moves its key into the TPM in the middle of its work; what waits then says so', async () => {
    await using swtpm = await startSwtpm()
    const node = await start(newWorld(createTpm(swtpm.environment)))
    const { nodeId } = node.keys
    const jobId = await doJob(node)
    await node.rotate('tpm')
    expect(node.keys.describe()).toMatchObject({ alg: 'ES256', evidence: 'tpm', rotations: 1 })
    await node.live()
    expect(await proofsOf(nodeId)).toEqual([{ seq: 1, jobId, keyId: node.keys.signer.keyId }])
    const { envelope } = await server.core.db.selectFrom('proof').select('envelope').executeTakeFirstOrThrow()
    const body = Buffer.from((JSON.parse(envelope) as { payload: string }).payload, 'base64').toString()
    expect(JSON.parse(body)).toMatchObject({ nodeId, evidence: 'tpm' })
    node[Symbol.dispose]()
  })
})
