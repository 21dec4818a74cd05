import type { ChoiceBody, DecisionSummary } from '../../../shared/contract/decision.ts'
import type { Decision } from './chain.ts'
import { choiceOf } from './choice-body.ts'

const MAX_CHARACTERS = 300
/** Said elsewhere of every record. */
const SAID = new Set(['jobId', 'nodeId', 'incidentId', 'proofId'])
const WORDS = new Set(['string', 'number', 'boolean'])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `from queued, reason waiting.window`: the members of a value that are a word, a number, true or false. */
const words = (value: unknown): string =>
  isRecord(value)
    ? Object.entries(value)
        .filter(([name, member]) => !SAID.has(name) && WORDS.has(typeof member) && member !== '')
        .map(([name, member]) => `${name} ${String(member)}`)
        .join(', ')
    : ''

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

/** An outcome that says what is done and why says it best itself; one that says nothing in words is named as it was weighed. */
function outcomeWords({ outcome, alternatives }: ChoiceBody): string {
  if (!isRecord(outcome)) return String(outcome)
  const { action, reason } = outcome
  if (typeof action === 'string' && typeof reason === 'string') return `${action}: ${reason}`
  return words(outcome) || (alternatives.find(({ chosen }) => chosen)?.option ?? '')
}

/** What a list shows of a record: all but what it concerns and when it was. */
export function summaryOf(decision: Decision): Omit<DecisionSummary, 'subjects' | 'at'> {
  const { seq, kind, form, hash, body } = decision
  const choice = choiceOf(decision)
  const what = choice ? outcomeWords(choice) : words(parsed(body))
  return { seq, kind, form, hash, policy: choice?.policy ?? null, what: what.slice(0, MAX_CHARACTERS) }
}
