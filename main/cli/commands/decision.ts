import { Command } from 'commander'
import type { DecisionSubject, decisionCalls } from '../../../shared/contract/decision.ts'
import type { OutputOf } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { choiceOf } from '../../coordinator/audit/choice-body.ts'
import { checkLog } from '../../coordinator/audit/log-check.ts'
import { fromRecord } from '../../coordinator/audit/record.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { readDecisionFile } from '../decision-file.ts'
import { decisionTable, describeCheck, describeDecision } from '../decision-text.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient } from '../instance.ts'
import { pastTime } from '../past-time.ts'
import { decisionArgument, replayCommand } from './decision-replay.ts'

interface About {
  readonly job?: string
  readonly node?: string
  readonly incident?: string
  readonly proof?: string
}

/** What is asked about, as the coordinator takes it. Error: `input.invalid` for more than one thing. */
function aboutOf({ job, node, incident, proof }: About): string | null {
  const given = Object.entries({ job, node, incident, proof } satisfies Record<DecisionSubject['kind'], unknown>).filter(([, id]) => id !== undefined)
  if (given.length > 1) throw new WindfallError('input.invalid', 'Ask about one thing at a time: --job, --node, --incident or --proof.')
  return given.map(([kind, id]) => `${kind}:${id}`)[0] ?? null
}

type ListOptions = CommonOptions & About & { kind?: string; since?: string; until?: string; limit: number; after?: string }

const list = () =>
  action<ListOptions>(
    createCommand('list', 'decisions, newest first: those about your jobs, and with the operator’s key all of them', 'coordinator')
      .option('--job <job>', 'only what is about this job')
      .option('--node <node>', 'only what is about this node')
      .option('--incident <incident>', 'only what is about this incident')
      .option('--proof <proof>', 'only what is about this energy proof')
      .option('--kind <kind>', 'only one kind, such as plan or job.completed')
      .option('--since <when>', 'only from then on: a UTC time, or how long ago, such as 6h or 2d')
      .option('--until <when>', 'only before then')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async ({ kind, since, until, limit, after, ...options }, output) => {
      const stretch = { since: since === undefined ? null : pastTime(since), until: until === undefined ? null : pastTime(until) }
      const filter = { about: aboutOf(options), kind: kind ?? null, ...stretch }
      const page = await coordinatorClient(whereOf(options)).call('listDecisions', { ...filter, limit, after: after ?? null })
      output.answer(page, () =>
        page.items.length === 0
          ? ['There is no such decision that you may see.']
          : [...decisionTable(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const show = () =>
  action<CommonOptions>(
    decisionArgument(createCommand('show', 'one decision: what was decided, on what, what else was weighed, and its hashes', 'coordinator')),
    async (options, output, [seq]) => {
      const view = await coordinatorClient(whereOf(options)).call('getDecision', { seq: Number(seq) })
      output.answer(view, () => describeDecision(view, choiceOf(fromRecord(view.record))))
    },
  )

type Page = OutputOf<(typeof decisionCalls)['exportDecisions']>

const exportLog = () =>
  action<CommonOptions & { since?: string; until?: string; kind?: string }>(
    createCommand('export', 'the log as it was hashed, one JSON object in each line, oldest first; for the operator', 'coordinator')
      .option('--since <when>', 'only from then on: a UTC time, or how long ago, such as 6h or 2d')
      .option('--until <when>', 'only before then')
      .option('--kind <kind>', 'only one kind, such as plan or job.completed'),
    async ({ since, until, kind, ...options }, output) => {
      const client = coordinatorClient(whereOf(options))
      const stretch = { since: since === undefined ? null : pastTime(since), ...(until === undefined ? {} : { until: pastTime(until) }) }
      const filter = { ...stretch, kind: kind ?? null, limit: 200 }
      for (let after: string | null = null; ; ) {
        const page: Page = await client.call('exportDecisions', { ...filter, after })
        if (after === null && page.items.length === 0) output.progress('There is no such decision.')
        for (const record of page.items) output.answer(record, () => [JSON.stringify(record)])
        if (page.next === null) return
        after = page.next
      }
    },
  )

const verify = () =>
  action<CommonOptions>(
    createCommand('verify', 'check an exported log without asking anybody: every record against its hash, and the chain; exit code 1 if it is broken').argument(
      '<file>',
      'what “windfall decision export” wrote',
    ),
    async (_, output, [file = '']) => {
      const check = await checkLog(readDecisionFile(file))
      output.answer(check, () => describeCheck(check))
      return check.brokenAt === null ? EXIT.ok : EXIT.failed
    },
  )

/** `windfall decision …` */
export const decisionCommand = (): Command =>
  new Command('decision')
    .description('what the coordinator decided, on what and why; each decision can be made again')
    .addCommand(list())
    .addCommand(show())
    .addCommand(replayCommand())
    .addCommand(exportLog())
    .addCommand(verify())
