import type { Command } from 'commander'
import type { JobView } from '../../../shared/contract/job.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { action, createCommand, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { followJob } from '../following.ts'
import { type Where, coordinatorClient } from '../instance.ts'
import { afterInputs } from '../input-option.ts'
import { checkJob, fileDigest } from '../job-check.ts'
import { type SpecOptions, readJob, specOptions } from '../job-options.ts'
import { fetchReceipts } from '../job-receipts.ts'
import { describeJob } from '../job-text.ts'
import type { Output } from '../output.ts'
import { saveResult } from './job-result.ts'
import { upload } from './job-submit.ts'
import { pinsFor } from './receipt-job.ts'

interface RunOptions extends SpecOptions {
  readonly bestEffort?: boolean
  readonly output?: string
}

const HELP = `
It submits the job, waits for its end, fetches what it made and its receipts, and checks all of it here: the result against the receipt, and the receipt
by keys that were pinned when the coordinator was first met. Exit code 0 says that all of that holds. If it is interrupted the job goes on; what is left
to do is then said by: windfall job show JOB --watch, windfall job result JOB --output FILE, windfall receipt verify --job JOB --result FILE`

async function submit(where: Where, options: RunOptions, file: string | undefined): Promise<JobView> {
  const job = await readJob(options, file)
  await upload(where, job)
  const order = {
    spec: job.spec,
    after: afterInputs(job.spec.inputs ?? [], []),
    admission: options.bestEffort ? ('best-effort' as const) : ('strict' as const),
  }
  return coordinatorClient(where).call('submitJob', { jobId: createIds(systemClock).next(), ...order })
}

/** Fetches what the job made and its receipts, and says whether they fit. */
async function bringAndCheck(where: Where, job: JobView, { file, output }: { readonly file: string; readonly output: Output }): Promise<number> {
  const bytes = await saveResult(where, job, file)
  const receipts = await fetchReceipts(job, { client: coordinatorClient(where), dataDirectory: where.dataDirectory, clock: systemClock })
  const { lines, ...check } = await checkJob(receipts, await pinsFor(where, output), await fileDigest(file))
  output.answer({ job, result: { file, bytes, sha256: job.outputSha256 }, ...check }, () => [
    ...describeJob(job),
    `wrote     ${file}: ${bytes} bytes`,
    '',
    ...lines,
  ])
  return check.verified ? EXIT.ok : EXIT.failed
}

/** `windfall job run` */
export const jobRunCommand = (): Command =>
  action<RunOptions>(
    specOptions(createCommand('run', 'have a job done: submit it, wait, fetch its result and check its receipts', 'coordinator'))
      .option('--output <file>', 'where to write what it produces (default: JOB.result in this folder)')
      .option('--best-effort', 'take it even if by estimate it cannot be done by its deadline, or no machine has what it needs')
      .addHelpText('after', HELP),
    async (options, output, [file]) => {
      const where = whereOf(options)
      const submitted = await submit(where, options, file)
      output.progress(`Submitted job ${submitted.jobId}. It goes on if you leave; look again with: windfall job show ${submitted.jobId} --watch`)
      const ended = await followJob(where, submitted, output.progress)
      if (ended.state === 'completed') return bringAndCheck(where, ended, { file: options.output ?? `${ended.jobId}.result`, output })
      output.answer({ job: ended, verified: false }, () => describeJob(ended))
      return EXIT.failed
    },
  )
