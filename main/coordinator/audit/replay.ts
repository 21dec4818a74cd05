import type { ChoiceBody, Policy, PolicyAnswer } from '../../../shared/contract/decision.ts'
import { ERASED } from '../../../shared/domain/chained-text.ts'
import { messageOf } from '../../../shared/errors.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { jsonText } from './json-text.ts'
import { type Decision, follows, isIntact } from './chain.ts'
import { choiceOf } from './choice-body.ts'
import { firstDifference } from './difference.ts'
import { seal } from './sealed.ts'

/** What came of making a choice again. */
export type Replay =
  | { readonly verdict: 'same' }
  /** Where the answer differs first, and how; `null` for what one of the two does not have. */
  | { readonly verdict: 'differs'; readonly where: string; readonly recorded: string | null; readonly replayed: string | null }
  /** Names of the inputs that are no longer kept. */
  | { readonly verdict: 'input-missing'; readonly missing: readonly string[] }
  /** The versions of the policy that there are here. */
  | { readonly verdict: 'policy-unknown'; readonly known: readonly string[] }
  | { readonly verdict: 'not-a-choice' }
  | { readonly verdict: 'broken-chain'; readonly because: string }

interface ReplayDeps {
  /** JSON text by SHA-256; `null` if it is no longer kept. */
  readonly input: (sha256: string) => Promise<string | null>
  readonly policies: readonly Policy[]
}

export interface ReplayQuestion {
  readonly decision: Decision
  /** The one before it in the log; `null` for the first. */
  readonly before: Decision | null
}

const broken = (because: string): Replay => ({ verdict: 'broken-chain', because })

function whyBroken({ decision, before }: ReplayQuestion): string | null {
  if (decision.body !== ERASED && !isIntact(decision)) return `decision ${decision.seq} is not what was hashed`
  if (before && before.body !== ERASED && !isIntact(before)) return `decision ${before.seq} is not what was hashed`
  return follows(decision, before) ? null : `decision ${decision.seq} does not hold the hash of the one before it`
}

type Inputs = Readonly<Record<string, unknown>>

type Opened = { readonly inputs: Inputs } | Replay

async function openInputs({ inputs }: ChoiceBody, input: ReplayDeps['input']): Promise<Opened> {
  const found = await Promise.all(Object.entries(inputs).map(async ([name, sha256]) => ({ name, sha256, text: await input(sha256) })))
  const missing = found.filter(({ text }) => text === null).map(({ name }) => name)
  const changed = found.find(({ sha256, text }) => text !== null && sha256Hex(text) !== sha256)
  if (changed) return broken(`the input ${changed.name} is not what was hashed`)
  if (missing.length > 0) return { verdict: 'input-missing', missing }
  return { inputs: Object.fromEntries(found.map(({ name, text }) => [name, JSON.parse(text ?? 'null') as unknown])) }
}

function compare({ outcome, outcomeSha256, alternatives }: ChoiceBody, answer: PolicyAnswer): Replay {
  const said = { outcome, alternatives }
  const [recorded, replayed] = [jsonText(said), jsonText({ outcome: answer.outcome, alternatives: answer.alternatives })]
  if (recorded === replayed && seal(answer.outcome).sha256 === outcomeSha256) return { verdict: 'same' }
  return {
    verdict: 'differs',
    ...(firstDifference(said, JSON.parse(replayed)) ?? { where: 'outcomeSha256', recorded: outcomeSha256, replayed: seal(answer.outcome).sha256 }),
  }
}

function askAgain(choice: ChoiceBody, policy: Policy, inputs: Inputs): Replay {
  try {
    return compare(choice, policy.decide(inputs, choice.subject))
  } catch (error) {
    return { verdict: 'differs', where: 'outcome', recorded: jsonText(choice.outcome), replayed: `no answer: ${messageOf(error)}` }
  }
}

/** Opens inputs; those that were opened last are at hand, because the decisions of a round have them in common. */
function createOpening(input: ReplayDeps['input']): (choice: ChoiceBody) => Promise<Opened> {
  let last: { readonly key: string; readonly opened: Promise<Opened> } | null = null
  return (choice) => {
    const key = JSON.stringify(choice.inputs)
    last = last?.key === key ? last : { key, opened: openInputs(choice, input) }
    return last.opened
  }
}

/**
 * Makes recorded choices again: from the inputs that were kept, each checked against its hash, by the policy of exactly the version that
 * made it, and compares the answers as the bytes they are hashed as. Rejects for nothing that it reads, only if `input` does.
 */
export function createReplay({ input, policies }: ReplayDeps): (question: ReplayQuestion) => Promise<Replay> {
  const open = createOpening(input)
  return async ({ decision, before }) => {
    const because = whyBroken({ decision, before })
    if (because !== null) return broken(because)
    if (decision.form === 'fact') return { verdict: 'not-a-choice' }
    const choice = choiceOf(decision)
    if (!choice) return broken(`decision ${decision.seq} is not written as a choice is`)
    const ofName = policies.filter(({ name }) => name === choice.policy.name)
    const policy = ofName.find(({ version }) => version === choice.policy.version)
    if (!policy) return { verdict: 'policy-unknown', known: ofName.map(({ version }) => version) }
    const opened = await open(choice)
    return 'verdict' in opened ? opened : askAgain(choice, policy, opened.inputs)
  }
}
