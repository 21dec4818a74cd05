import { createHash, randomBytes } from 'node:crypto'
import { grantsOf } from '../../../shared/domain/permissions.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { GuardedFetch, GuardedRequest } from '../../kernel/guarded-fetch.ts'
import { createIds } from '../../kernel/ids.ts'
import { doubtAbout } from '../../kernel/webhook-signature.ts'
import { REQUESTER, type TestCore, startTestCore } from '../core.fake.ts'
import type { Db } from '../persistence/database.ts'
import { createDelivering } from './delivering.ts'
import { createSealing } from './sealing.ts'
import { createWebhooks } from './webhooks.ts'

export const ME: Viewer = { by: REQUESTER, account: REQUESTER, all: false }
export const DAY_MS = 86_400_000

/** What a receiver has heard, and by which it was right to believe it. */
interface Heard {
  readonly host: string
  readonly id: string
  readonly kind: string
  readonly data: Readonly<Record<string, string | null>>
  readonly at: number
  readonly doubt: 'signature' | 'age' | null
}

/** How a receiver answers its nth message; `null`: never, a text: it cannot be reached. */
export type Script = (host: string, nth: number) => number | string | null

interface Receivers {
  readonly heard: Heard[]
  /** The most messages that one host had at a time. */
  readonly most: () => number
  readonly secrets: Map<string, string>
  readonly fetch: GuardedFetch
}

const reading = ({ body }: GuardedRequest): { type: string; data: Heard['data'] } => JSON.parse(String(Buffer.from(body ?? []))) as never

/** Receivers without a network, each behind a host of its own. */
function receivers(clock: TestCore['clock'], script: Script): Receivers {
  const heard: Heard[] = []
  const secrets = new Map<string, string>()
  const open = new Map<string, number>()
  let most = 0
  const hear = (request: GuardedRequest): void => {
    const { host } = new URL(request.url)
    const [id = '', timestamp = '', signatures = ''] = ['id', 'timestamp', 'signature'].map((name) => request.headers?.[`webhook-${name}`])
    const message = { id, timestamp, signatures, body: String(Buffer.from(request.body ?? [])) }
    const doubt = doubtAbout(message, secrets.get(host) ?? '', clock.now())
    heard.push({ host, id, kind: reading(request).type, data: reading(request).data, at: clock.now(), doubt })
  }
  return {
    heard,
    secrets,
    most: () => most,
    async fetch(request) {
      const { host } = new URL(request.url)
      open.set(host, (open.get(host) ?? 0) + 1)
      most = Math.max(most, open.get(host) ?? 0)
      try {
        hear(request)
        const answer = script(host, heard.filter((one) => one.host === host).length)
        // Some answers take a while, so that others may come between.
        await new Promise((turn) => setImmediate(turn))
        // Whoever listens for an end that has come already waits for ever.
        request.signal.throwIfAborted()
        if (answer === null) return await new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason as Error)))
        if (typeof answer === 'string') throw new WindfallError('unavailable', answer)
        return { status: answer, headers: {}, body: Buffer.alloc(0) }
      } finally {
        open.set(host, (open.get(host) ?? 0) - 1)
      }
    },
  }
}

const KEY = createHash('sha256').update('test').digest()

/** A coordinator whose requester has webhooks; what delivers to them is started by `start`, as often as a test wants. */
export async function startWebhooks(script: Script = () => 200) {
  const core = await startTestCore()
  const { db, clock, decide } = core
  const sealing = createSealing(KEY, randomBytes)
  const net = receivers(clock, script)
  const ids = createIds(clock)
  const calls = createWebhooks({ db, clock, ids, random: randomBytes, sealing, vouched: new Set(), decide })
  const failures: string[] = []
  const disabled: string[] = []
  const start = (loopDb: Db = db, fetch = net.fetch) => {
    const stop = new AbortController()
    const deps = { loopDb, clock, decide, sealing, fetch, version: '0.1.0', random: Math.random, keepMs: 30 * DAY_MS }
    const run = createDelivering({ ...deps, disabled: (webhookId) => disabled.push(webhookId), onFailure: (message) => failures.push(message) })
    const ended = run(stop.signal)
    return async () => {
      stop.abort(new Error('stopped'))
      await ended
    }
  }
  return {
    core,
    calls,
    net,
    failures,
    disabled,
    start,
    async add(host: string, kinds: Parameters<typeof calls.add>[2]['kinds'], webhookId = host.replaceAll('.', '-')) {
      const { secret } = await calls.add(ME, REQUESTER, { webhookId, url: `https://${host}/hook`, kinds, description: '' })
      net.secrets.set(host, secret)
      return webhookId
    },
    /**
     * Lets time pass until it is so, by so much at a time; each look asks the database, so that time does not run away from what works on it. By 0 it
     * stands still, and only what is under way goes on.
     */
    async until(isSo: () => boolean | Promise<boolean>, stepMs = 1_000) {
      while (!(await isSo())) {
        // What looks every second need not look at every second of some days.
        clock.jump(Math.max(0, stepMs - 1_000))
        await clock.advance(Math.min(stepMs, 1_000))
        await db.selectFrom('webhook').select('id').execute()
      }
    },
    async [Symbol.asyncDispose]() {
      await core[Symbol.asyncDispose]()
    },
  }
}

export const OPERATOR_VIEW: Viewer = { by: 'owner', account: 'owner', all: grantsOf(['owner'])['webhooks.read'] === 'all' }
