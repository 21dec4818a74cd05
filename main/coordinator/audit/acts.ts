import { MAX_ACT_DETAILS } from '../../../shared/contract/audit.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { changesOf, plainMembers, subjectsIn } from './act-details.ts'
import { type Fact, acting } from './acting.ts'
import { createActsStore } from './acts.store.ts'
import { nextRecord } from './chain.ts'
import { createLogCheck } from './log-check.ts'
import { type Sealed, seal } from './sealed.ts'

/** Who asks for what, as the border knows it. */
export interface Asked {
  /** Name of the call in the contract. */
  readonly call: string
  /** `requester:ID`, `member:ID`, `node:ID` or `nobody`. */
  readonly actor: string
  /** By what it was known: the prefix of an API key, or of a session; `null` for what has none. */
  readonly credential: string | null
  /** Where from, coarsely: an IPv4 /24 or an IPv6 /48. */
  readonly network: string
  /** What was sent, as far as it was read. */
  readonly input: unknown
}

interface ActsDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly random: (bytes: number) => Uint8Array
  readonly nextId: () => string
}

export interface Acts {
  /** Does what was asked and leaves one entry: in the transaction that does it, or, if it changes nothing or fails, after it. */
  readonly perform: <T>(asked: Asked, act: () => Promise<T>) => Promise<T>
  /** Leaves an entry for what was refused before it began. */
  readonly refused: (asked: Asked, error: unknown) => Promise<void>
}

interface Ended {
  readonly outcome: 'done' | 'refused' | 'failed'
  readonly code: string | null
  readonly facts: readonly Fact[]
}

const SALT_BYTES = 16
const DONE: Omit<Ended, 'facts'> = { outcome: 'done', code: null }

function endedBy(error: unknown): Ended {
  const code = error instanceof WindfallError ? error.code : 'internal'
  return { outcome: error instanceof WindfallError && error.status < 500 ? 'refused' : 'failed', code, facts: [] }
}

/** What stands beside the chain. Somebody who sends what grows as it is written down does not thereby leave an act that nobody can read. */
function detailsOf(known: object, input: unknown, facts: readonly Fact[]): Sealed {
  const whole = seal({ ...known, input: plainMembers(input), changes: changesOf(facts) })
  return whole.text.length <= MAX_ACT_DETAILS ? whole : seal({ ...known, input: {}, changes: changesOf(facts.map((fact) => ({ ...fact, body: '' }))) })
}

/**
 * The log of acts: every call by which somebody runs the coordinator, changes what belongs to others, or lets others in. What is personal is not in the
 * chain but beside it, salted and named by its hash, so that it can be forgotten while the chain still proves what it proves.
 */
export function createActs({ db, clock, random, nextId }: ActsDeps): Acts {
  const write = async (tx: Tx, id: string, { call, actor, credential, network, input, ended }: Asked & { readonly ended: Ended }) => {
    const store = createActsStore(tx)
    const about = subjectsIn(input)
    const salt = Buffer.from(random(SALT_BYTES)).toString('base64url')
    const details = detailsOf({ salt, network, credential }, input, ended.facts)
    const { outcome, code } = ended
    const body = JSON.stringify({ id, actor, outcome, code, about, detailsSha256: details.sha256 })
    const act = nextRecord(await store.head(), { at: clock.now(), kind: call, form: 'act' as const, body })
    await store.append({ act, id, outcome, actor, about, detail: details.text })
  }
  const writeAlone = (id: string, entry: Asked & { readonly ended: Ended }) => transact(db, (tx) => write(tx, id, entry))
  return {
    async perform(asked, act) {
      const id = nextId()
      let isBegun = false
      const ended = await acting(async (tx, facts) => {
        await write(tx, id, { ...asked, ended: { ...DONE, facts } })
        isBegun = true
      }, act).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      // What was written is lost with its transaction, after which what was asked for may still have been done in another one.
      if (!isBegun || !(await createActsStore(db).has(id)))
        await writeAlone(id, { ...asked, ended: 'error' in ended ? endedBy(ended.error) : { ...DONE, facts: [] } })
      if ('error' in ended) throw ended.error
      return ended.value
    },
    refused: (asked, error) => writeAlone(nextId(), { ...asked, ended: endedBy(error) }),
  }
}

const PAGE = 1_000

/** Reads the log of acts and checks every link. `brokenAt` is the first sequence number that does not fit. */
export async function verifyActs(db: Db): Promise<{ readonly count: number; readonly brokenAt: number | null }> {
  const check = createLogCheck({ isWhole: true })
  for (let [count, after] = [0, 0]; ; ) {
    const page = await createActsStore(db).oldest({ after, limit: PAGE })
    count += page.length
    after = page.at(-1)?.seq ?? after
    if (!page.every((record) => check.add(record)) || page.length < PAGE) return { count, brokenAt: check.result().brokenAt }
  }
}
