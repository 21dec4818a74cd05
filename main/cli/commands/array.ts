import { Command } from 'commander'
import type { ArrayView } from '../../../shared/contract/job-array.ts'
import { dateWord, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { followArray } from '../following.ts'
import { usd } from '../format.ts'
import { type Where, coordinatorClient } from '../instance.ts'
import { type View, type WatchOption, showOrWatch, watchOption } from '../watch.ts'
import { describeArray, endedPercent, statesWord } from '../array-text.ts'
import { table } from '../output.ts'

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'arrays of jobs, newest first', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listArrays', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((array) => [
        array.arrayId,
        String(array.jobs),
        `${endedPercent(array)} %`,
        dateWord(Date.parse(array.submittedAt), ownTimeZone()),
        usd(array.priceMicroUsd),
        `${array.name} (${statesWord(array)})`,
      ])
      output.answer(page, () =>
        rows.length === 0
          ? ['No arrays yet. Submit one with: windfall job submit job.json --array 0-99']
          : [...table([['array', 'jobs', 'ended', 'submitted', 'paid', 'name'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const viewOf = (where: Where, arrayId: string): View<ArrayView> => ({
  look: () => coordinatorClient(where).call('getArray', { arrayId }),
  lines: describeArray,
  isOver: ({ ended, jobs }) => ended === jobs,
  exitCode: ({ states, jobs }) => (states.completed === jobs ? EXIT.ok : EXIT.failed),
})

const show = () =>
  action<CommonOptions & WatchOption & { wait?: boolean }>(
    watchOption(
      createCommand('show', 'how far an array of jobs is', 'coordinator')
        .argument('<array>', 'array id')
        .option('--wait', 'stay until all its jobs have ended, and show it then; exit code 1 if not all completed'),
      'until all its jobs have ended; exit code 1 if not all completed',
    ),
    async (options, output, [arrayId = '']) => {
      const where = whereOf(options)
      if (options.watch) return showOrWatch(viewOf(where, arrayId), options, output)
      const now = await coordinatorClient(where).call('getArray', { arrayId })
      const array = options.wait ? await followArray(where, now, output.progress) : now
      output.answer(array, () => describeArray(array))
      return options.wait && array.states.completed !== array.jobs ? EXIT.failed : EXIT.ok
    },
  )

const cancel = () =>
  action<CommonOptions>(
    createCommand('cancel', 'cancel every job of an array that has not finished', 'coordinator').argument('<array>', 'array id'),
    async (options, output, [arrayId = '']) => {
      const array = await coordinatorClient(whereOf(options)).call('cancelArray', { arrayId })
      output.answer(array, () => describeArray(array))
    },
  )

/** `windfall array …` */
export const arrayCommand = (): Command =>
  new Command('array').description('many jobs that were submitted together').addCommand(list()).addCommand(show()).addCommand(cancel())
