import { Command } from 'commander'
import type { CanaryView } from '../../../shared/contract/canary.ts'
import { Sha256Hex } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { type SpecOptions, readJob, specOptions } from '../job-options.ts'
import { table } from '../output.ts'
import { upload } from './job-submit.ts'

const HELP = `
A canary is a job whose answer you know. Nodes are given it among all others: early when they are new, and now and then afterwards
(WINDFALL_CANARY_RATE). Nothing tells them which job it is, so make it like those of your requesters, and add several. Who comes to another answer has a
wrong result to its name at once. Canaries are paid like any job, out of what the platform has earned or what you give for it:
  windfall requester fund windfall-verification --usd 10 --deposit canaries-1`

const describe = ({ canaryId, name, image, outputSha256, addedAt, ...tally }: CanaryView): string[] => [
  `canary   ${canaryId}  ${name}`,
  `runs     ${image}`,
  `expects  sha256 ${outputSha256}`,
  `added    ${addedAt}`,
  `given    ${tally.given} times: ${tally.right} right, ${tally.wrong} wrong, ${tally.unanswered} without an answer`,
]

function parseExpected(text: string): string {
  const parsed = Sha256Hex.safeParse(text.replace(/^sha256:/, '').toLowerCase())
  if (parsed.success) return parsed.data
  throw new WindfallError('input.invalid', '--expect takes the SHA-256 of the output, 64 hex digits: run the job yourself, then sha256sum its result.')
}

const add = () =>
  action<SpecOptions & { expect: string; id?: string }>(
    specOptions(createCommand('add', 'add a job with a known answer. For operators', 'coordinator'))
      .requiredOption('--expect <sha256>', 'the SHA-256 of the output it must produce')
      .option('--id <canary>', 'how you will call it (default: a new id)')
      .addHelpText('after', HELP),
    async (options, output, [file]) => {
      const outputSha256 = parseExpected(options.expect)
      const job = await readJob(options, file)
      await upload(whereOf(options), job)
      const canaryId = options.id ?? createIds(systemClock).next()
      // What the job file says of its output is the answer, and no part of the job.
      const spec = { ...job.spec, outputSha256: null }
      const canary = await coordinatorClient(whereOf(options)).call('addCanary', { canaryId, spec, outputSha256 })
      output.answer(canary, () => describe(canary))
    },
  )

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'jobs with a known answer, and how nodes did at them. For operators', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listCanaries', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map(({ canaryId, name, given, right, wrong, unanswered }) => [canaryId, name, ...[given, right, wrong, unanswered].map(String)])
      output.answer(page, () =>
        rows.length === 0
          ? ['There is no canary. Add one with: windfall canary add job.json --expect SHA256']
          : [...table([['canary', 'name', 'given', 'right', 'wrong', 'no answer'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const remove = () =>
  action<CommonOptions>(
    createCommand('remove', 'give this one to nobody any more; what came of it stays. For operators', 'coordinator').argument('<canary>', 'its id'),
    async (options, output, [canaryId = '']) => {
      const canary = await coordinatorClient(whereOf(options)).call('removeCanary', { canaryId })
      output.answer(canary, () => [...describe(canary), 'It is given to nobody any more.'])
    },
  )

/** `windfall canary …` */
export const canaryCommand = (): Command =>
  new Command('canary').description('jobs with a known answer, that show which nodes can be believed').addCommand(add()).addCommand(list()).addCommand(remove())
