/** Decisions in words. */
import type { ChoiceBody, DecisionSubject, DecisionSummary, DecisionView } from '../../shared/contract/decision.ts'
import { ERASED } from '../../shared/domain/chained-text.ts'
import type { LogCheck } from '../coordinator/audit/log-check.ts'
import type { Replay } from '../coordinator/audit/replay.ts'
import { dateWord, inClockTime, ownTimeZone } from './clock-time.ts'
import { table } from './output.ts'
import { compareLines } from './compared-text.ts'

const MAX_ALTERNATIVES = 12
const MAX_ABOUT = 24

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)
const aboutWord = ({ kind, id }: DecisionSubject): string => `${kind} ${id}`

/** One row per decision under a header; times by the clock of `timeZone`. */
export const decisionTable = (decisions: readonly DecisionSummary[], timeZone: string = ownTimeZone()): string[] =>
  inClockTime(
    table([
      ['decision', 'at', 'kind', 'about', 'policy', 'what'],
      ...decisions.map(({ seq, at, kind, subjects: [first], policy, what }) => [
        String(seq),
        dateWord(Date.parse(at), timeZone),
        kind,
        first ? cut(aboutWord(first), MAX_ABOUT) : '–',
        policy ? `${policy.name} ${policy.version}` : '–',
        what,
      ]),
    ]),
    timeZone,
  )

const scoreWord = (score: number | null): string => (score === null ? '–' : String(Number(score.toPrecision(6))))

function weighedLines({ alternatives }: ChoiceBody): string[] {
  if (alternatives.length === 0) return []
  const shown = alternatives.slice(0, MAX_ALTERNATIVES)
  const more = alternatives.length - shown.length
  const rows = shown.map(({ option, score, chosen }) => [option, scoreWord(score), chosen ? 'chosen' : ''])
  return ['', ...table([['weighed', 'score', ''], ...rows]), ...(more > 0 ? [`and ${more} more: --json shows them`] : [])]
}

const sizeWord = (bytes: number | null): string => (bytes === null ? 'no longer kept' : `${bytes} bytes`)

function inputLines({ inputs }: DecisionView): string[] {
  if (inputs.length === 0) return []
  return ['', ...table([['made on', 'size', 'SHA-256'], ...inputs.map(({ name, bytes, sha256 }) => [name, sizeWord(bytes), sha256])])]
}

/** Members that are words or numbers, one in each line; whatever is larger is left to `--json`. */
function memberLines(value: unknown, said: string | null = null): string[] {
  if (typeof value !== 'object' || value === null) return [`outcome    ${String(value)}`]
  const simple = Object.entries(value).filter(([, member]) => member !== said && (typeof member !== 'object' || member === null))
  return simple.map(([name, member]) => `${name.padEnd(10)} ${member === null ? '–' : String(member)}`)
}

function choiceLines(choice: ChoiceBody, view: DecisionView): string[] {
  const { subject, also, policy, outcome } = choice
  return [
    `about      ${[subject, ...also].map(aboutWord).join(', ')}`,
    `policy     ${policy.name}, version ${policy.version}`,
    ...memberLines(outcome, subject.id),
    ...compareLines(outcome),
    ...weighedLines(choice),
    ...inputLines(view),
  ]
}

const factLines = (body: string): string[] =>
  body === ERASED ? ['erased     what it said was personal; its hash still stands in the chain'] : memberLines(JSON.parse(body))

function linesOf(view: DecisionView, choice: ChoiceBody | null): string[] {
  const { seq, at, kind, form, body, hash, prevHash } = view.record
  return [
    `decision   ${seq}, ${kind} (${form}), ${at}`,
    ...(choice ? choiceLines(choice, view) : factLines(body)),
    '',
    `hash       ${hash}`,
    `before     ${prevHash}`,
  ]
}

/** A decision in words; times by the clock of `timeZone`. */
export const describeDecision = (view: DecisionView, choice: ChoiceBody | null, timeZone: string = ownTimeZone()): string[] =>
  inClockTime(linesOf(view, choice), timeZone)

/** What came of deciding again, in a sentence or two. */
export function describeReplay(replay: Replay, policy: ChoiceBody['policy'] | undefined): string {
  switch (replay.verdict) {
    case 'same':
      return 'same: made again from its inputs, the outcome and everything that was weighed are the same, bit for bit.'
    case 'differs':
      return `differs: made again from its inputs, ${replay.where} is ${replay.replayed ?? 'missing'}; recorded is ${replay.recorded ?? 'nothing'}.`
    case 'input-missing':
      return `input-missing: ${replay.missing.join(', ')} is no longer kept, so it cannot be made again. Its hashes still are.`
    case 'policy-unknown': {
      const here = replay.known.length === 0 ? 'knows no version of it' : `has version ${replay.known.join(', ')}`
      return `policy-unknown: it was made by ${policy?.name} in version ${policy?.version}, and this Windfall ${here}. Replay it with the one that made it.`
    }
    case 'not-a-choice':
      return 'not-a-choice: it records that something happened, and nothing was chosen.'
    case 'broken-chain':
      return `broken-chain: ${replay.because}.`
    default:
      return replay satisfies never
  }
}

/** What a log was found to be. */
export function describeCheck({ decisions, first, last, lastHash, gaps, erased, brokenAt }: LogCheck): string[] {
  if (brokenAt !== null)
    return [
      `Broken at decision ${brokenAt}: it is not what was hashed, does not follow on the one before it, or was erased while none here says so.`,
      'Export the log again. If it is broken there, too, somebody has changed what was recorded.',
    ]
  if (first === null || last === null) return ['There is no decision in it.']
  const range = decisions === 1 ? `one decision, ${first}` : `${decisions} decisions, ${first} to ${last}`
  return [
    gaps === 0 ? `Unbroken: ${range}; each holds the hash of the one before it.` : `Intact: ${range}, each as it was hashed.`,
    ...(first > 1 ? [`It begins at decision ${first}: what came before is not in it.`] : []),
    ...(gaps > 0 ? [`In ${gaps === 1 ? 'one place' : `${gaps} places`} decisions are left out, as with --kind: what those were is not judged.`] : []),
    ...(erased > 0 ? [`Of ${erased} of them what they said was erased, as later ones say; their hashes are there.`] : []),
    `newest     ${lastHash}`,
  ]
}
