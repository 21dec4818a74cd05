import type { DecisionRecord, DecisionSummary, DecisionView } from '../../../shared/contract/decision.ts'
import { GENESIS, chainedText } from '../../../shared/domain/chained-text.ts'
import { encodeHex, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { at } from '../../lib/afternoon.fake.ts'
import { browserVerifyPort } from '../../lib/verify-port.ts'
import type { FakeHandlers } from '../console.fake.tsx'

export const NODE = `n${'7'.repeat(42)}`
export const INPUT = '{"terms":[1,2]}'

const sha256 = async (text: string): Promise<string> => encodeHex(await browserVerifyPort.sha256(encodeUtf8(text)))

const PLAN = {
  outcome: {
    jobId: 'job-1',
    action: 'start',
    reason: 'greener than later',
    answer: {
      plan: { nodeId: NODE, zone: 'DE', gPerKWh: 148.2, score: { total: 0.2608, intensity: 0.17784, price: 0.063, utilisation: 0.02 } },
      excluded: { paused: 3, 'carbon-cap': 14 },
      nodes: 40,
    },
  },
  alternatives: [
    { option: 'DE from 14:00 on', score: 0.2608, chosen: true, nodeId: NODE },
    { option: 'PL from 15:00 on <img src=x onerror=alert(1)>', score: 0.81, chosen: false },
  ],
}

/** Two records as a coordinator writes them: a fact, and the choice after it. */
export async function aLog(): Promise<readonly [DecisionRecord, DecisionRecord]> {
  const fact = await sealed({ seq: 1, at: at(-60_000), kind: 'job.submitted', form: 'fact', body: '{"jobId":"job-1","by":"requester-1"}', prevHash: GENESIS })
  const outcome = JSON.stringify(PLAN.outcome)
  const head = JSON.stringify({
    subject: { kind: 'job', id: 'job-1' },
    also: [{ kind: 'node', id: NODE }],
    policy: { name: 'plan', version: '1' },
    inputs: { jobs: await sha256(INPUT), 'zone DE': await sha256('gone') },
    alternatives: PLAN.alternatives,
    outcomeSha256: await sha256(outcome),
  })
  const body = `${head.slice(0, -1)},"outcome":${outcome}}`
  return [fact, await sealed({ seq: 2, at: at(-30_000), kind: 'plan', form: 'choice', body, prevHash: fact.hash })]
}

async function sealed(record: Omit<DecisionRecord, 'hash'>): Promise<DecisionRecord> {
  return { ...record, hash: await sha256(chainedText({ ...record, at: Date.parse(record.at) })) }
}

const viewOf = (record: DecisionRecord): DecisionView => {
  if (record.form === 'fact') return { record, inputs: [] }
  const { inputs } = JSON.parse(record.body) as { inputs: Record<string, string> }
  return { record, inputs: Object.entries(inputs).map(([name, hash]) => ({ name, sha256: hash, bytes: name === 'jobs' ? INPUT.length : null })) }
}

export const aSummary = (changes: Partial<DecisionSummary> = {}): DecisionSummary => ({
  seq: 2,
  at: at(-30_000),
  kind: 'plan',
  form: 'choice',
  hash: 'a'.repeat(64),
  subjects: [{ kind: 'job', id: 'job-1' }],
  policy: { name: 'plan', version: '1' },
  what: 'start: greener than later',
  ...changes,
})

/** A coordinator with these records and these summaries of them. */
export const decisionHandlers = (records: readonly DecisionRecord[], summaries: readonly DecisionSummary[] = [aSummary()]): FakeHandlers => ({
  listDecisions: () => ({ items: [...summaries], next: null }),
  getDecision: ({ seq }) => {
    const record = records.find((one) => one.seq === seq)
    if (!record) throw new WindfallError('not-found', `There is no decision ${seq}, or it is not about a job of yours.`)
    return viewOf(record)
  },
  getDecisionInput: ({ sha256: hash }) => ({ sha256: hash, text: INPUT }),
})
