/** Agents as the coordinator sees them: enrolled by proof of possession, online over the real socket, without a machine behind them. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { testCapabilities } from '../../main/coordinator/test-work.fake.ts'
import { type Signer, createSigner, generateKeyPem } from '../../main/kernel/signing.ts'
import type { Capabilities } from '../../shared/contract/node.ts'
import { enrolmentText } from '../../shared/domain/enrolment.ts'
import { encodeRequest, openLine } from './http-load.ts'
import { type RawSocket, openRawSocket, textFrame } from './raw-socket.ts'
import type { Coordinator } from './server.ts'

export interface Agent {
  readonly signer: Signer
  readonly pem: string
}

export const newAgents = (count: number): readonly Agent[] =>
  Array.from({ length: count }, () => {
    const pem = generateKeyPem()
    return { signer: createSigner(pem), pem }
  })

/** The coordinator lets no more than 512 connections wait to say who they are. */
const AT_ONCE = 128

async function each<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await work(item)
    }),
  )
}

/** Enrols all of them, a few at a time over connections that stay open. */
export async function enrolAgents(url: string, agents: readonly Agent[], capabilities: Capabilities = testCapabilities): Promise<void> {
  const lines = await Promise.all(Array.from({ length: 8 }, () => openLine(url)))
  const { host } = new URL(url)
  const free = [...lines]
  await each(agents, lines.length, async ({ signer }) => {
    const line = free.pop()
    if (!line) throw new Error('no line is free')
    const post = async (path: string, body: object) => {
      const answer = await line.ask(encodeRequest(host, { method: 'POST', path, body: JSON.stringify(body) }))
      if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.body}`)
      return JSON.parse(answer.body) as { challenge: string }
    }
    const { publicJwk } = signer
    const { challenge } = await post('/v1/enrolments', { publicJwk })
    const signature = Buffer.from(await signer.sign(enrolmentText(challenge, null))).toString('base64')
    await post('/v1/nodes', { publicJwk, challenge, signature, capabilities, payoutAddress: null })
    free.push(line)
  })
  for (const line of lines) line.close()
}

export interface Connected extends AsyncDisposable {
  readonly count: number
  readonly sockets: readonly RawSocket[]
  /** Agents whose connection has ended. */
  readonly lost: () => number
}

function helloFrame({ nodeId, nonce }: { nodeId: string; nonce: string }, key: KeyObject): Buffer {
  const signature = sign(null, Buffer.from(`windfall-socket-v1 ${nonce}`), key).toString('base64')
  return textFrame(JSON.stringify({ type: 'hello', nodeId, signature }))
}

/** From one address to another there are fewer ports than agents; on this machine every 127.x.y.z is one more. */
const PORTS = 20_000
const addressOf = ({ hostname }: URL, index: number, crowd: number) =>
  hostname === '127.0.0.1' ? `127.0.${crowd}.${1 + Math.floor(index / PORTS)}` : undefined

interface Online {
  readonly agents: readonly Agent[]
  /** What the coordinator says after the welcome: JSON, as it came. */
  readonly onText?: (text: string) => void
  /** Those of other processes come from other addresses: a port of an address is taken whoever is at its other end. */
  readonly crowd?: number
}

/** Brings enrolled agents online; resolves when every one of them is welcome. */
export async function goOnline(url: string, { agents, onText: hear, crowd = 0 }: Online): Promise<Connected> {
  const target = new URL('/v1/agents/socket', url)
  const sockets: RawSocket[] = []
  let lost = 0
  await each([...agents.entries()], AT_ONCE, async ([index, { signer, pem }]) => {
    const key = createPrivateKey(pem)
    await new Promise<void>((resolve, reject) => {
      let isWelcome = false
      const onText = (text: string, socket: RawSocket) => {
        if (isWelcome) return hear?.(text)
        const frame = JSON.parse(text) as { type: string; nonce?: string }
        if (frame.type === 'challenge') socket.send(helloFrame({ nodeId: signer.keyId, nonce: frame.nonce ?? '' }, key))
        else if (frame.type === 'welcome') {
          isWelcome = true
          resolve()
        }
      }
      const onClose = () => {
        lost += 1
        reject(new Error(`agent ${index} was not welcome`))
      }
      sockets[index] = openRawSocket(target, { onText, onClose, localAddress: addressOf(target, index, crowd) })
    })
  })
  return {
    count: agents.length,
    sockets,
    lost: () => lost,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.close()
    },
  }
}

/** Enrols so many new agents and brings them online. */
export async function connectAgents({ url }: Pick<Coordinator, 'url'>, { agents: count, crowd = 0 }: { agents: number; crowd?: number }): Promise<Connected> {
  const agents = newAgents(count)
  await enrolAgents(url, agents)
  return goOnline(url, { agents, crowd })
}
