import { type Choice, DecisionSubject } from '../../../shared/contract/decision.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { append } from './appending.ts'
import { jsonText } from './json-text.ts'
import { type DecisionFilter, createDecisionsStore } from './decisions.store.ts'
import { createInputsStore } from './inputs.store.ts'
import { createLogCheck } from './log-check.ts'
import { type Sealed, createSeal, seal } from './sealed.ts'

const PAGE = 1_000

/** The members of a fact that say what it is about. */
const NAMED = { jobId: 'job', nodeId: 'node', incidentId: 'incident', proofId: 'proof' } as const

const subjectsOf = (fact: object): DecisionSubject[] =>
  Object.entries(NAMED).flatMap(([name, kind]) => DecisionSubject.safeParse({ kind, id: (fact as Readonly<Record<string, unknown>>)[name] }).data ?? [])

/**
 * Records that something happened, in the transaction in which it does, so that neither exists without the other. It is found by every
 * `jobId`, `nodeId`, `incidentId` and `proofId` in its body. What a policy chose is for {@link createChoose}.
 */
export const createAudit =
  (clock: Pick<Clock, 'now'>) =>
  async (tx: Tx, kind: string, body: object): Promise<void> => {
    const concerned = subjectsOf(body).map((subject) => ({ subject, isFirst: true }))
    await append(tx, { at: clock.now(), kind, form: 'fact', body: JSON.stringify(body) }, concerned)
  }

/** The text that is hashed of a choice, from texts that are hashed themselves. */
function bodyOf({ subject, also = [], policy: { name, version }, answer }: Choice, inputs: readonly (readonly [name: string, input: Sealed])[]): string {
  const hashes = Object.fromEntries(inputs.map(([name, { sha256 }]) => [name, sha256]))
  const outcome = seal(answer.outcome)
  const head = jsonText({ subject, also, policy: { name, version }, inputs: hashes, alternatives: answer.alternatives, outcomeSha256: outcome.sha256 })
  return `${head.slice(0, -1)},"outcome":${outcome.text}}`
}

/**
 * Records a choice and what it was made on, in the transaction that carries it out, so that none of them exists without the others. Answers
 * with its sequence number, by which people name it (“decision 123”). Throws `RangeError` for what JSON cannot say, such as `NaN`, and for
 * an input called `__proto__`.
 */
export function createChoose(clock: Pick<Clock, 'now'>): (tx: Tx, choice: Choice) => Promise<number> {
  const sealOnce = createSeal()
  // What one transaction has kept already, its next choices need not look for.
  const kept = new WeakMap<Tx, Set<string>>()
  return async (tx, choice) => {
    const at = clock.now()
    const { kind, subject, also = [] } = choice
    // Whoever reads the record as an object loses a member of this name.
    if (Object.hasOwn(choice.inputs, '__proto__')) throw new RangeError('an input of a decision cannot be called __proto__')
    const inputs = Object.entries(choice.inputs).map(([name, input]) => [name, sealOnce(input)] as const)
    const known = kept.get(tx) ?? new Set()
    kept.set(tx, known)
    const fresh = inputs.flatMap(([, input]) => (known.has(input.sha256) ? [] : [input]))
    await createInputsStore(tx).keep(fresh, at)
    for (const { sha256 } of fresh) known.add(sha256)
    const concerned = [{ subject, isFirst: true }, ...also.map((other) => ({ subject: other, isFirst: false }))]
    return (await append(tx, { at, kind, form: 'choice', body: bodyOf(choice, inputs) }, concerned)).seq
  }
}

export const EVERYTHING: DecisionFilter = { about: null, kind: null, since: null, until: null, requesterId: null }

/** Reads the log and checks every link, up to the first that does not fit. `brokenAt` is the first sequence number that does not fit. */
export async function verifyDecisions(db: Db): Promise<{ readonly count: number; readonly brokenAt: number | null }> {
  const check = createLogCheck({ isWhole: true })
  for (let [count, after] = [0, 0]; ; ) {
    const page = await createDecisionsStore(db).oldest(EVERYTHING, { after, limit: PAGE })
    count += page.length
    after = page.at(-1)?.seq ?? after
    if (!page.every((record) => check.add(record)) || page.length < PAGE) return { count, brokenAt: check.result().brokenAt }
  }
}
