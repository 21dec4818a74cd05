import type { Command } from 'commander'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { JobLog } from '../../../shared/contract/job-log.ts'
import type { JobView } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { inClockTime, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, parseWhen, whereOf, wholeNumber } from '../command.ts'
import { FINAL } from '../following.ts'
import { coordinatorClient } from '../instance.ts'
import { createLogText } from '../log-text.ts'
import type { Output } from '../output.ts'
import { jsonForTerminal } from '../terminal-text.ts'

interface LogsOptions extends CommonOptions {
  readonly attempt?: number
  readonly follow?: boolean
  readonly since?: string
}

const POLL_MS = 500
const never = new AbortController().signal

const HELP = `
A log is what the job wrote to stdout and stderr, as it wrote it. Of each attempt the newest 4 MiB are kept, and more than 64 KiB a second is left out.
A terminal is shown text only; a file or another program gets the bytes as they are.
With --json every piece is an object on a line of its own: attemptId, from (its position), at, content (base64) and text.`

/** `since`: UTC, or `null`. */
interface Reading {
  readonly client: Client<typeof coordinatorContract>
  readonly output: Output
  readonly show: ReturnType<typeof createLogText>
  readonly jobId: string
  readonly since: string | null
}

/** `windfall job logs` */
export const jobLogsCommand = (): Command =>
  action<LogsOptions>(
    createCommand('logs', 'what a job says while it runs, or said', 'coordinator')
      .argument('<job>', 'job id')
      .option('--follow', 'stay until the job has ended, through all attempts to come')
      .option('--attempt <n>', 'the first attempt is 1 (default: the newest)', wholeNumber(1, 1_000))
      .option('--since <when>', 'nothing that was said before this UTC time, or this long ago (30m, 6h, 2d)')
      .addHelpText('after', HELP),
    async (options, output, [jobId = '']) => {
      const client = coordinatorClient(whereOf(options))
      const now = systemClock.now()
      // A duration is meant as one that has passed.
      const since = options.since === undefined ? null : toIso(Math.min(parseWhen(options.since, now), 2 * now - parseWhen(options.since, now)))
      const reading = { client, output, show: createLogText(process.stdout.isTTY), jobId, since }
      const job = await client.call('getJob', { jobId })
      const attemptId = chosen(job, options.attempt)
      if (options.follow) return follow(reading, attemptId)
      const log = await readOn(reading, { attemptId, after: 0 })
      if (log.attemptId === null) output.progress('Nothing was said yet: no attempt has begun.')
      else if (!log.isOver) output.progress('The job is still at it; --follow stays with it.')
      else if (log.expiresAt !== null) output.progress(inClockTime([`This log is kept until ${log.expiresAt}.`], ownTimeZone()).join(''))
    },
  )

function chosen({ jobId, attempts }: JobView, number: number | undefined): string | null {
  if (number === undefined) return null
  const attempt = attempts[number - 1]
  if (!attempt)
    throw new WindfallError(
      'not-found',
      `Job ${jobId} has ${attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`} so far. Leave --attempt out for the newest.`,
    )
  return attempt.attemptId
}

interface Place {
  readonly attemptId: string | null
  readonly after: number
}

/** Prints everything there is from a place on. */
async function readOn({ client, output, show, jobId, since }: Reading, { attemptId, after }: Place): Promise<JobLog> {
  let position = after
  for (;;) {
    const log = await client.call('getJobLog', { jobId, attemptId, after: position, since, limit: 65_536 })
    for (const { from, at, content } of log.pieces) {
      if (from > position && since === null) output.progress(`(${from - position} bytes were not kept)`)
      const bytes = Buffer.from(content, 'base64')
      position = from + bytes.length
      process.stdout.write(output.json ? `${jsonForTerminal({ attemptId: log.attemptId, from, at, content, text: bytes.toString() })}\n` : show(bytes))
    }
    if (log.pieces.length === 0) return log
  }
}

/** Goes from one attempt to the next until the job has ended. */
async function follow(reading: Reading, first: string | null): Promise<void> {
  const { client, output, jobId } = reading
  let place: Place = { attemptId: first, after: 0 }
  for (;;) {
    const { attemptId, isOver, next } = await readOn(reading, place)
    place = { attemptId, after: next }
    if (isOver || attemptId === null) {
      const job = await client.call('getJob', { jobId })
      const begun = job.attempts.findIndex((attempt) => attempt.attemptId === attemptId)
      const following = job.attempts[begun + 1]
      if (following && attemptId !== null) {
        output.progress(`(attempt ${begun + 1} has ended: ${job.attempts[begun]?.reason ?? job.attempts[begun]?.state}; attempt ${begun + 2} goes on)`)
        place = { attemptId: following.attemptId, after: 0 }
        continue
      }
      if (FINAL.includes(job.state)) {
        output.progress(`The job is ${job.state}.`)
        return
      }
    }
    await systemClock.sleep(POLL_MS, never)
  }
}
