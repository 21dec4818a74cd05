import { readFileSync } from 'node:fs'
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import type { AgentPayout } from '../../shared/contract/agent.ts'
import type { JobState, JobView } from '../../shared/contract/job.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import { nodeVerifyPort } from '../kernel/verify-port.ts'
import { energy, gramsOf, originOf, reasonOf, sol, usd } from './format.ts'
import { agentClient, coordinatorClient, uploadArchive } from './instance.ts'
import { readReceipt, receiptFile } from './receipt-files.ts'
import { loadSample } from './samples.ts'

/** What `windfall up --once --json` answers. */
export interface SampleResult {
  readonly job: { readonly id: string; readonly state: JobState; readonly runtime: string }
  readonly energy: { readonly joules: number; readonly method: string; readonly uncertaintyPct: number } | null
  readonly carbon: { readonly grams: number; readonly baselineGrams: number; readonly zone: string; readonly source: string; readonly origin: string } | null
  readonly receipt: { readonly id: string; readonly file: string; readonly verified: boolean } | null
  readonly payout: { readonly signature: string | null; readonly state: string; readonly lamports: string } | null
  readonly seconds: number
}

export interface SampleRun {
  readonly dataDirectory: string
  readonly runtime: 'docker' | 'wasm'
  readonly clock: Clock
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

const FINAL: readonly JobState[] = ['completed', 'failed', 'expired', 'cancelled']
const WAITING: readonly JobState[] = ['queued', 'planned', 'leased']
const DEADLINE_MS = 3_600_000
const POLL_MS = 250

/** Takes one sample job all the way from submission to payout and says every step. An unfinished job of an earlier start is continued instead. */
export async function runSampleJob(run: SampleRun): Promise<SampleResult> {
  const started = run.clock.monotonic()
  const job = await followJob(run, (await unfinishedJob(run)) ?? (await submitSample(run)))
  const seconds = () => Math.round((run.clock.monotonic() - started) / 100) / 10
  const base = { job: { id: job.jobId, state: job.state, runtime: job.spec.runtime.name } }
  if (job.state !== 'completed' || !job.receiptId) return { ...base, energy: null, carbon: null, receipt: null, payout: null, seconds: seconds() }
  const receipt = await awaitReceipt(run, job.receiptId)
  const payout = await awaitPayout(run, job.receiptId)
  return { ...base, ...receipt, payout, seconds: seconds() }
}

async function unfinishedJob({ dataDirectory, say }: SampleRun): Promise<JobView | null> {
  const { items } = await coordinatorClient({ dataDirectory }).call('listJobs', { state: null, after: null, limit: 20 })
  const open = items.find((job) => !FINAL.includes(job.state))
  if (open) say(`Continuing job ${open.jobId} from the last start.`)
  return open ?? null
}

async function submitSample({ dataDirectory, runtime, clock, say }: SampleRun): Promise<JobView> {
  const where = { dataDirectory }
  const { spec, archive } = await loadSample(runtime, toIso(clock.now() + DEADLINE_MS))
  if (archive && spec.runtime.archive) await uploadArchive(where, spec.runtime.archive, archive)
  const job = await coordinatorClient(where).call('submitJob', { jobId: createIds(clock).next(), spec, admission: 'best-effort' })
  say(`Submitted  “${spec.name}” as a ${runtime} job, at most ${usd(spec.price.maxMicroUsd)}`)
  return job
}

/** Polls until `look` gives something, or throws when the run is being stopped. */
async function until<T>({ clock, signal }: SampleRun, look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (!(await clock.sleep(POLL_MS, signal))) throw new WindfallError('unavailable', 'Stopped before the job was done. The next start continues it.')
  }
}

function describe(job: JobView): string {
  const { plan, state } = job
  if (state === 'planned' && plan)
    return `Planned    ${plan.zone} from ${plan.window.from.slice(11, 19)} UTC at ${Math.round(plan.gPerKWh)} g/kWh (${originOf(plan)}), score ${plan.score.total.toFixed(4)}`
  if (state === 'leased') return 'Leased     to this machine'
  if (state === 'running') return `Running    in ${job.spec.runtime.name}`
  if (state === 'verifying') return 'Verifying  the signed proof'
  if (state === 'completed') return `Completed  for ${usd(job.priceMicroUsd ?? '0')}, receipt ${job.receiptId}`
  return `${state.padEnd(10)} ${reasonOf(job)}`
}

/** While a job waits, the reason may lie with the agent of this machine. Returns what was said last. */
async function sayWhatAgentSays({ dataDirectory, say }: SampleRun, said: string): Promise<string> {
  const { coordinator, reasons } = await agentClient(dataDirectory).call('getStatus', {})
  const words = coordinator.message ?? reasons[0]?.message ?? ''
  if (words !== '' && words !== said) say(`Agent      ${words}`)
  return words === '' ? said : words
}

async function followJob(run: SampleRun, first: JobView): Promise<JobView> {
  const client = coordinatorClient({ dataDirectory: run.dataDirectory })
  let said = ''
  let job = first
  let hint = ''
  return until(run, async () => {
    const line = describe(job)
    if (line !== said) run.say(line)
    said = line
    if (FINAL.includes(job.state)) return job
    if (WAITING.includes(job.state)) hint = await sayWhatAgentSays(run, hint)
    job = await client.call('getJob', { jobId: job.jobId })
    return null
  })
}

async function awaitReceipt(run: SampleRun, receiptId: string): Promise<Pick<SampleResult, 'energy' | 'carbon' | 'receipt'>> {
  const client = agentClient(run.dataDirectory)
  const found = await until(
    run,
    async () => (await client.call('listReceipts', { after: null, limit: 50 })).items.find((receipt) => receipt.receiptId === receiptId) ?? null,
  )
  const job: AgentJob | undefined = (await client.call('listJobs', { after: null, limit: 50 })).items.find((one) => one.receiptId === receiptId)
  const file = receiptFile(run.dataDirectory, receiptId)
  const { predicate } = readReceipt(file)
  const { pinnedKeys } = await client.call('getReceipt', { receiptId })
  const { valid } = await verifyReceipt(readFileSync(file), { crypto: nodeVerifyPort, pinnedKeys })
  const joules = predicate.energyWh * 3_600
  const sources = [...new Set(predicate.intervals.map(({ source }) => source))].join(', ')
  run.say(`Metered    ${energy(joules)} by ${predicate.method}, ± ${predicate.uncertaintyPct.toFixed(0)} %`)
  run.say(`Receipt    ${gramsOf(found.emissionsG)} in ${found.zone} (${originOf(found)} grid data), ${valid ? 'verified' : 'NOT VALID'}: ${file}`)
  return {
    energy: { joules: job?.joules ?? joules, method: predicate.method, uncertaintyPct: predicate.uncertaintyPct },
    carbon: { grams: predicate.emissionsG, baselineGrams: predicate.baseline.emissionsG, zone: predicate.zone, source: sources, origin: found.origin },
    receipt: { id: receiptId, file, verified: valid },
  }
}

/** Waits until the earning of this receipt has been paid out for good. */
async function awaitPayout(run: SampleRun, receiptId: string): Promise<SampleResult['payout']> {
  const client = agentClient(run.dataDirectory)
  let said = ''
  const payout = await until(run, async (): Promise<AgentPayout | null> => {
    const { items } = await client.call('listPayouts', { after: null, limit: 1 })
    const [newest] = items
    if (newest && newest.state !== said) run.say(`Payout     ${newest.state}: ${sol(newest.lamports)} to ${newest.address}`)
    said = newest?.state ?? said
    const { earnings } = await client.call('getStatus', {})
    const settled = earnings.confirmedMicroUsd === '0' && earnings.inFlightMicroUsd === '0'
    return newest && settled && newest.state === 'finalized' ? newest : null
  })
  run.say(`Paid       ${usd(payout.microUsd)} for receipt ${receiptId}, transaction ${payout.signature}`)
  return { signature: payout.signature, state: payout.state, lamports: payout.lamports }
}
