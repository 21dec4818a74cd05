import type { JobSpec } from '../../../../shared/contract/job.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { mostMicroUsd, neededResults } from '../../../../shared/domain/pay.ts'
import { fromIso, toIso } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Db } from '../../persistence/database.ts'
import { USUAL_WEIGHT } from '../fairness/line.ts'
import type { SpecCache } from '../jobs.store.ts'
import { createPaced } from '../paced.ts'
import type { Admission, AdmissionDesk, AdmissionOrder, KnownNode, OpenAdmissionDesk } from '../ports.ts'
import { explainExclusions } from '../reasons.ts'
import { unfinishedJobs, weightsOf } from './promised.store.ts'

interface AdmitDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>
  readonly nodes: () => Promise<readonly KnownNode[]>
  readonly openDesk: OpenAdmissionDesk
}

/** Nodes and promises are looked up this often at most; nobody is refused by what was looked up for somebody else. */
const FRESH_MS = 10_000
/** A job that runs for longer than expected has something left all the same. */
const LEAST_MS = 60_000

const ANYWAY = 'To have it tried all the same, submit it with best effort (--best-effort).'

const unitOf = (ms: number): readonly [ms: number, word: string] => (ms < 120_000 ? [1_000, 's'] : ms < 5_400_000 ? [60_000, 'min'] : [360_000, 'h'])
/** What is needed is rounded up and what is left is rounded down, so that what is too little never reads as enough. */
function lengthWord(ms: number, round: (units: number) => number): string {
  const [unit, word] = unitOf(ms)
  const units = Math.max(0, round(ms / unit))
  return `${word === 'h' ? units / 10 : units} ${word}`
}
const toMinute = (at: number): string => toIso(Math.ceil(at / 60_000) * 60_000)

/** What is wrong and what would work; all times are estimates, and said to be. */
function refusalOf(admission: Exclude<Admission, { is: 'admitted' }>, spec: JobSpec, now: number): string {
  if (admission.for === 'needs') return `${explainExclusions(admission.excluded, admission.nodes).message} ${ANYWAY}`
  const { neededMs, earliestDeadline } = admission
  const why =
    admission.for === 'time'
      ? `This job is expected to run for ${lengthWord(neededMs, Math.ceil)}, and its deadline ${spec.deadline} leaves ${lengthWord(fromIso(spec.deadline) - now, Math.floor)}.`
      : `What machines that could run this are promised to leaves too little time before its deadline ${spec.deadline}.`
  return `${why} By estimate, the earliest deadline that can be met is ${toMinute(earliestDeadline)}. ${ANYWAY}`
}

/** Results that have to agree are made one after another. */
function oneAfterAnother(spec: JobSpec): JobSpec {
  const results = neededResults(spec)
  return results === 1
    ? spec
    : { ...spec, expected: { ...spec.expected, seconds: spec.expected.seconds * results }, price: { ...spec.price, maxMicroUsd: String(mostMicroUsd(spec)) } }
}

/** Lets jobs in that can be done by their deadline, as far as anybody can tell. Error: `job.unplaceable`, with what would work. */
export function createAdmit({ db, clock, nodes, openDesk }: AdmitDeps): (order: AdmissionOrder) => Promise<void> {
  const specs: SpecCache = new Map()
  const paced = createPaced(clock, 'Too many jobs that cannot be done in time are submitted at this moment. Try again in a few seconds.')
  let open: { readonly desk: AdmissionDesk; readonly since: number } | null = null
  const look = async (): Promise<AdmissionDesk> => {
    const [now, since] = [clock.now(), clock.monotonic()]
    const promised = (await unfinishedJobs(db, specs)).map(({ startedAt, ...job }) => {
      const expectedMs = Math.ceil(job.spec.expected.seconds * 1_000)
      return { ...job, restMs: startedAt === null ? expectedMs : Math.max(Math.min(LEAST_MS, expectedMs), expectedMs - (now - startedAt)) }
    })
    const weights = await weightsOf(db)
    const desk = openDesk({ now, nodes: await nodes(), promised, weightOf: (requesterId) => weights.get(requesterId) ?? USUAL_WEIGHT })
    open = { desk, since }
    return desk
  }
  return async (asked) => {
    const order = { ...asked, spec: oneAfterAnother(asked.spec) }
    const isFresh = open !== null && clock.monotonic() - open.since < FRESH_MS
    let desk = open && isFresh ? open.desk : await look()
    if (isFresh && desk.judge(order).is === 'refused') desk = await paced(look)
    const admission = desk.judge(order)
    if (admission.is === 'refused') throw new WindfallError('job.unplaceable', refusalOf(admission, order.spec, clock.now()))
    desk.promise(order)
  }
}
