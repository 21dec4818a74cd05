import { Command, Option } from 'commander'
import type { auditCalls } from '../../../shared/contract/audit.ts'
import type { OutputOf } from '../../../shared/contract/define.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type ActLine, checkActs } from '../../coordinator/audit/act-check.ts'
import { keyIdOf } from '../../kernel/signing.ts'
import { type ActFileLine, readActFile, readActHead } from '../act-file.ts'
import { actTable, describeAct, describeActCheck } from '../act-text.ts'
import { inClockTime, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, namedCoordinator, dataDirectoryOf, pageLimit, whereOf, wholeNumber } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient, publicClient } from '../instance.ts'
import { pastTime } from '../past-time.ts'
import { pinnedKeys } from '../trusted-keys.ts'

type ListOptions = CommonOptions & {
  actor?: string
  about?: string
  call?: string
  outcome?: 'done' | 'refused' | 'failed'
  since?: string
  until?: string
  limit: number
  after?: string
}

const list = () =>
  action<ListOptions>(
    createCommand('list', 'who did what, and what was refused, newest first', 'coordinator')
      .option('--actor <who>', 'only what they did: requester:ID, member:ID, or nobody')
      .option('--about <what>', 'only what is about it: node:ID, requester:ID, member:ID and so on')
      .option('--call <name>', 'only one kind of act, such as removeNode')
      .addOption(new Option('--outcome <outcome>', 'only those that ended so').choices(['done', 'refused', 'failed']))
      .option('--since <when>', 'only from then on: a UTC time, or how long ago, such as 6h or 2d')
      .option('--until <when>', 'only before then')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async ({ actor, about, call, outcome, since, until, limit, after, ...options }, output) => {
      const stretch = { since: since === undefined ? null : pastTime(since), until: until === undefined ? null : pastTime(until) }
      const filter = { actor: actor ?? null, about: about ?? null, call: call ?? null, outcome: outcome ?? null, ...stretch }
      const page = await coordinatorClient(whereOf(options)).call('listActs', { ...filter, limit, after: after ?? null })
      output.answer(page, () =>
        page.items.length === 0
          ? ['There is no such act.']
          : inClockTime([...actTable(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])], ownTimeZone()),
      )
    },
  )

const show = () =>
  action<CommonOptions>(
    createCommand('show', 'one act: who, from where, what was asked, and what was before and after', 'coordinator').argument('<n>', 'number of the act'),
    async (options, output, [text = '']) => {
      const entry = await coordinatorClient(whereOf(options)).call('getAct', { seq: wholeNumber(1, Number.MAX_SAFE_INTEGER)(text) })
      output.answer(entry, () => describeAct(entry))
    },
  )

type Page = OutputOf<(typeof auditCalls)['exportActs']>

/** The whole log as the coordinator has it. */
async function* readLog(options: CommonOptions): AsyncGenerator<ActFileLine> {
  const client = coordinatorClient(whereOf(options))
  yield { logKey: (await client.call('getActHead', {})).logKey }
  for (let after: string | null = null; ; ) {
    const page: Page = await client.call('exportActs', { after, limit: 200 })
    for (const act of page.items) yield { act }
    for (const head of page.heads) yield { head }
    if (page.next === null) return
    after = page.next
  }
}

const exportLog = () =>
  action<CommonOptions>(
    createCommand('export', 'the whole log as it was hashed, with what was signed over it, one JSON object in each line, oldest first', 'coordinator'),
    async (options, output) => {
      for await (const line of readLog(options)) output.answer(line, () => [JSON.stringify(line)])
    },
  )

const head = () =>
  action<CommonOptions>(
    createCommand('head', 'the newest signed head of the log: keep it, and “audit verify --seen” finds out if acts were changed or cut off since').option(
      '--coordinator <url>',
      'ask this coordinator instead of the one running here',
    ),
    async (options, output) => {
      const answer = await publicClient(dataDirectoryOf(options), namedCoordinator(options)).call('getActHead', {})
      const { seq, hash, at } = (answer.head === null ? {} : payloadOf(answer.head)) as { seq?: number; hash?: string; at?: string }
      output.answer(answer, () =>
        answer.head === null ? ['Nobody has acted yet.'] : [`act   ${seq}`, `hash  ${hash}`, `at    ${at}`, `by    ${keyIdOf(answer.logKey)}`],
      )
    },
  )

interface VerifyOptions extends CommonOptions {
  readonly pin?: string
  readonly seen: readonly string[]
}

/** The key that the log itself names; the first line says it. */
async function keyOf(lines: AsyncGenerator<ActFileLine>, pin: string | undefined): Promise<PublicJwk> {
  const { value } = await lines.next()
  if (!value || !('logKey' in value))
    throw new WindfallError(
      'input.invalid',
      'This is no exported log of acts: it does not begin with the key of the log. Name what “windfall audit export” wrote.',
    )
  const pinned = pin === undefined ? undefined : await pinnedKeys({ key: pin })
  if (pinned && !pinned.includes(keyIdOf(value.logKey)))
    throw new WindfallError(
      'input.invalid',
      `The log is signed by ${keyIdOf(value.logKey)}, which is not the key that you trust. Ask its operator whether it was replaced, and pin the new one with --pin.`,
    )
  return value.logKey
}

async function* actLines(lines: AsyncIterable<ActFileLine>): AsyncGenerator<ActLine> {
  for await (const line of lines) if (!('logKey' in line)) yield line
}

const verify = () =>
  action<VerifyOptions>(
    createCommand(
      'verify',
      'check the log, or an exported one without asking anybody; exit code 1 if acts were changed, removed, reordered or cut off',
      'coordinator',
    )
      .argument('[file]', 'what “windfall audit export” wrote (default: ask the coordinator)')
      .option('--pin <file>', 'trust the key in this file, a JWK or what /v1/keys answered, and no other')
      .addOption(
        new Option('--seen <file>', 'what “windfall audit head --json” said earlier: the log has to go on from there (repeat for more)')
          .argParser((file: string, files: readonly string[]) => [...files, file])
          .default([]),
      ),
    async ({ pin, seen, ...options }, output, [file]) => {
      const lines = file === undefined ? readLog(options) : readActFile(file)
      const key = await keyOf(lines, pin)
      const check = await checkActs(actLines(lines), { key, seen: seen.map(readActHead) })
      output.answer({ ...check, sound: check.problem === null, logId: keyIdOf(key) }, () => describeActCheck(check, keyIdOf(key)))
      return check.problem === null ? EXIT.ok : EXIT.failed
    },
  )

/** `windfall audit …` */
export const auditCommand = (): Command =>
  new Command('audit')
    .description('who did what to the coordinator: operators, owners and finance; nothing in this log can be changed unseen')
    .addCommand(list())
    .addCommand(show())
    .addCommand(exportLog())
    .addCommand(head())
    .addCommand(verify())
