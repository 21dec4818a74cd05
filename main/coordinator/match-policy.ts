import type { Choice, Policy } from '../../shared/contract/decision.ts'
import { type AlikeNodes, type Meeting, type Pair, meet } from './matcher/meeting.ts'

/** Another one with every change to what any meeting of jobs and machines comes to. */
const VERSION = '1'

type MatchInputs = Readonly<Record<string, unknown>> & Meeting

const GIB = 1_073_741_824

function describe({ hardware: { vramBytes, ramBytes }, nodes }: AlikeNodes): string {
  const gpus = vramBytes.length === 0 ? 'no GPU' : vramBytes.map((bytes) => `${Math.round(bytes / GIB)} GiB`).join(' + ')
  return `${nodes} with ${gpus} free and ${Math.round(ramBytes / GIB)} GiB of memory`
}

const answerFor = (pair: Pair | undefined) => ({
  outcome: pair ? { nodeId: pair.nodeId } : null,
  alternatives: (pair?.alternatives ?? []).map((alike) => ({
    option: describe(alike),
    score: alike.score,
    chosen: JSON.stringify(alike.hardware) === JSON.stringify(pair?.hardware),
  })),
})

function done<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
  }
}

/** A meeting that many decisions were made in is held again once. */
const meetings = new WeakMap<MatchInputs, readonly Pair[]>()

/** Which machine takes a job whose own one cannot: a meeting is held whole, since its jobs compete. */
export const matchPolicy: Policy<MatchInputs> = {
  name: 'match',
  version: VERSION,
  decide(inputs, { id }) {
    const pairs = meetings.get(inputs) ?? done(meet(inputs))
    meetings.set(inputs, pairs)
    return answerFor(pairs.find(({ jobId }) => jobId === id))
  },
}

/** What the decision log keeps of the choice about one job of a meeting. */
export const matchChoice = ({ jobs, nodes }: Meeting, pair: Pair): Pick<Choice, 'policy' | 'inputs' | 'answer'> => ({
  policy: matchPolicy,
  inputs: { jobs, nodes },
  answer: answerFor(pair),
})
