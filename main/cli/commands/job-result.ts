import type { Command } from 'commander'
import type { JobView } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { reasonOf } from '../format.ts'
import { type Where, coordinatorClient, fetchResult } from '../instance.ts'
import { writeResult } from '../result-file.ts'

/** Writes what a job produced to a file, as it was proven, and returns its size. Errors: `not-found`, and those of {@link writeResult}. */
export async function saveResult(where: Where, job: JobView, file: string): Promise<number> {
  const { jobId, state, outputSha256 } = job
  if (outputSha256 === null)
    throw new WindfallError(
      'not-found',
      `Job ${jobId} is ${state}${reasonOf(job) ? ` (${reasonOf(job)})` : ''}; only a completed job has a result. See how it goes on: windfall job show ${jobId} --watch`,
    )
  return fetchResult(where, jobId, (content) => writeResult(file, content, outputSha256))
}

/** `windfall job result` */
export const jobResultCommand = (): Command =>
  action<CommonOptions & { readonly output: string }>(
    createCommand('result', 'fetch what a completed job produced', 'coordinator')
      .argument('<job>', 'job id')
      .requiredOption('--output <file>', 'where to write it; the file is there once all of it is, and is what was proven'),
    async (options, output, [jobId = '']) => {
      const where = whereOf(options)
      const job = await coordinatorClient(where).call('getJob', { jobId })
      const bytes = await saveResult(where, job, options.output)
      output.answer({ jobId, file: options.output, bytes, sha256: job.outputSha256 }, () => [
        `wrote ${options.output}: ${bytes} bytes, sha256 ${job.outputSha256}`,
      ])
    },
  )
