import type { Choice, Policy } from '../../shared/contract/decision.ts'
import type { PlanAnswer } from '../../shared/contract/plan.ts'
import type { PlanInput, PlanOutcome, PlannedJob, PlannerJob, PlannerNode, ZoneOutlook } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'

/** Another one with every change to what any round of the planner answers: see the test beside this file. */
const VERSION = '1'

type PlanInputs = Readonly<Record<string, unknown>> & { readonly now: number }

/** One for each zone, so that a forecast that has not changed is not kept again; and nodes and jobs in pieces, for the same reason. */
const [ZONE, NODES, JOBS] = ['zone ', 'nodes ', 'jobs ']

/** Of this many one ends a piece, on average, and a piece never holds more than four times as many. Nodes say more of themselves. */
const [NODES_IN_PIECE, JOBS_IN_PIECE] = [64, 256]

/** FNV-1a: which ones end a piece hangs on nothing but their ids, so that one that comes or goes changes no other piece. */
function endsPiece(id: string, size: number): boolean {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % size === 0
}

/** What a job does with its machine is nothing to its plan, and would be most of what is kept. */
const withoutWork = (job: PlannerJob): PlannerJob => ({ ...job, spec: { ...job.spec, args: [], env: {} } })

function piecesOf<T>(all: readonly T[], size: number, idOf: (one: T) => string): T[][] {
  const pieces: T[][] = []
  let piece: T[] = []
  for (const one of all) {
    piece.push(one)
    if (!endsPiece(idOf(one), size) && piece.length < 4 * size) continue
    pieces.push(piece)
    piece = []
  }
  return piece.length === 0 ? pieces : [...pieces, piece]
}

const numbered = (prefix: string, pieces: readonly unknown[]) => Object.fromEntries(pieces.map((piece, index) => [`${prefix}${index + 1}`, piece]))

const partsOf = ({ now, jobs, nodes, zones }: PlanInput): PlanInputs => ({
  now,
  ...numbered(
    NODES,
    piecesOf(nodes, NODES_IN_PIECE, ({ nodeId }) => nodeId),
  ),
  ...numbered(
    JOBS,
    piecesOf(jobs.map(withoutWork), JOBS_IN_PIECE, ({ jobId }) => jobId),
  ),
  ...Object.fromEntries(zones.map((outlook) => [`${ZONE}${outlook.zone}`, outlook])),
})

/** In the order in which they were put in. */
const partsNamed = (inputs: PlanInputs, prefix: string): unknown[] => Object.keys(inputs).flatMap((name) => (name.startsWith(prefix) ? [inputs[name]] : []))

const wholeOf = (inputs: PlanInputs): PlanInput => ({
  now: inputs.now,
  nodes: (partsNamed(inputs, NODES) as PlannerNode[][]).flat(),
  jobs: (partsNamed(inputs, JOBS) as PlannerJob[][]).flat(),
  zones: partsNamed(inputs, ZONE) as ZoneOutlook[],
})

/** The placement score of a place, lower is better. */
const placeOf = ({ nodeId, zone, window, score }: PlanAnswer['alternatives'][number] | NonNullable<PlanAnswer['plan']>, chosen: boolean) => ({
  option: `${zone} from ${window.from} on`,
  score: score.total,
  chosen,
  nodeId,
})

/** Which node is out for what is left to a replay: there may be many, for each job. How many are is recorded. */
function answerOf({ answer, ...planned }: PlannedJob) {
  const { alternatives, out: _, ...rest } = answer
  const places = [...(rest.plan ? [placeOf(rest.plan, true)] : []), ...alternatives.map((other) => placeOf(other, false))]
  return { outcome: { ...planned, answer: rest }, alternatives: places }
}

const NOTHING = { outcome: null, alternatives: [] }
const answersOf = (outcome: PlanOutcome) => new Map(outcome.map((planned) => [planned.jobId, planned]))

function answerFor(answers: ReadonlyMap<string, PlannedJob>, jobId: string) {
  const planned = answers.get(jobId)
  return planned ? answerOf(planned) : NOTHING
}

/** A round that many decisions were made in is planned again once. */
const rounds = new WeakMap<PlanInputs, ReadonlyMap<string, PlannedJob>>()

/** Where and when one job of a round runs: the round is planned whole, since its jobs share their machines. */
export const planPolicy: Policy<PlanInputs> = {
  name: 'plan',
  version: VERSION,
  decide(inputs, { id }) {
    const answers = rounds.get(inputs) ?? answersOf(planJobs(wholeOf(inputs)))
    rounds.set(inputs, answers)
    return answerFor(answers, id)
  },
}

/** What the decision log keeps of the choice about each job of a round. */
export function planChoices(input: PlanInput, outcome: PlanOutcome): (jobId: string) => Pick<Choice, 'policy' | 'inputs' | 'answer'> {
  const [inputs, answers] = [partsOf(input), answersOf(outcome)]
  return (jobId) => ({ policy: planPolicy, inputs, answer: answerFor(answers, jobId) })
}
