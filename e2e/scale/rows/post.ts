/** Validated POSTs against bare `node:http` servers that read the same body and send as much back. */
import { generateKeyPairSync } from 'node:crypto'
import { type Agent, enrolAgents, newAgents } from '../agents.ts'
import { type BareServer, launchBareServer } from '../bare-server.ts'
import { closedLoop, encodeRequest } from '../http-load.ts'
import { type MeasureRows, type Row, atLeast, paired } from '../row.ts'
import { openStage } from '../server.ts'
import { signedPost } from '../signed-requests.ts'

const LINES = 64
const NODES = 100
const PRESENCE = JSON.stringify({ ready: true, reasons: [], running: [] })

/** The same request over and over. */
async function enrolmentsAt(target: string, ms: number): Promise<number> {
  const { kty, crv, x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  const body = JSON.stringify({ publicJwk: { kty, crv, x } })
  const request = encodeRequest(new URL(target).host, { method: 'POST', path: '/v1/enrolments', body })
  const { perSecond, refused } = await closedLoop({ url: target, lines: LINES, request: () => request, ms })
  if (refused > 0) throw new Error(`${refused} requests to ${target} were refused.`)
  return perSecond
}

/** Heartbeats, each signed before it is sent, since each may be sent once. */
async function heartbeatsAt(target: string, agents: readonly Agent[], count: number): Promise<number> {
  const requests: Buffer[] = []
  for (let index = 0; index < count; index++) {
    const agent = agents[index % agents.length]
    if (agent) requests.push(await signedPost(target, agent.signer, { path: '/v1/presence', body: PRESENCE }))
  }
  const { perSecond, refused } = await closedLoop({ url: target, lines: LINES, request: (index) => requests[index] ?? null })
  if (refused > 0) throw new Error(`${refused} heartbeats to ${target} were refused.`)
  return perSecond
}

async function rowOf(
  about: Pick<Row, 'name' | 'referenceName'>,
  { times, rate }: { times: number; rate: readonly [() => Promise<number>, () => Promise<number>] },
) {
  for (const one of rate) await one()
  return atLeast({ ...about, unit: 'requests/s', bar: 0.75, ...(await paired(times, ...rate)) })
}

export const postRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const { url } = await stage.start()
  await using bare: BareServer = await launchBareServer()
  const agents = newAgents(NODES)
  await enrolAgents(url, agents)
  const [times, ms, count] = quick ? [3, 1_500, 3_000] : [5, 4_000, 15_000]
  return [
    await rowOf({ name: 'post', referenceName: 'bare node:http' }, { times, rate: [() => enrolmentsAt(url, ms), () => enrolmentsAt(bare.url, ms)] }),
    await rowOf(
      { name: 'post-signed', referenceName: 'bare node:http that checks one Ed25519 signature' },
      { times, rate: [() => heartbeatsAt(url, agents, count), () => heartbeatsAt(bare.url, agents, count)] },
    ),
  ]
}
