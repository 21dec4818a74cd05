import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { ErasureView, PersonPiece } from '../../../shared/contract/person.ts'
import { agreed } from '../agreed.ts'
import { createArchiveFolder } from '../archive-folder.ts'
import { dateWord, inClockTime, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient } from '../instance.ts'
import { nodeLink } from '../node-link.ts'
import { table } from '../output.ts'

interface WhoOptions extends CommonOptions {
  readonly of?: string
  readonly machine?: boolean
}

/** Whose data is meant: that of whoever asks, unless it is said. */
const whoOptions = (command: Command): Command =>
  command
    .addOption(new Option('--of <person>', 'somebody else, for owners of the coordinator: requester:ID, member:ID or node:ID').conflicts('machine'))
    .addOption(new Option('--machine', 'as the owner of this machine, by its device key, instead of the account of an API key'))

interface Page {
  readonly items: PersonPiece[]
  readonly next: string | null
}

async function pagesOf({ of, machine, ...options }: WhoOptions): Promise<(after: string | null) => Promise<Page>> {
  if (machine) {
    const link = await nodeLink(options)
    return (after) => link.call('exportOwnData', { after })
  }
  const client = coordinatorClient(whereOf(options))
  return (after) => client.call('exportPerson', { person: of ?? 'me', after })
}

const exportData = () =>
  action<WhoOptions & { output: string }>(
    whoOptions(
      createCommand('export', 'take along everything that is kept about you: a folder of JSON Lines, and a page that says what each file is', 'coordinator'),
    ).option('--output <folder>', 'a folder that is not there yet', 'windfall-data'),
    async ({ output: out, ...options }, output) => {
      const folder = resolve(out)
      const ask = await pagesOf(options)
      let page = await ask(null)
      const archive = createArchiveFolder(folder)
      for (;;) {
        for (const piece of page.items) archive.add(piece)
        if (page.next === null) break
        page = await ask(page.next)
      }
      output.answer({ folder, files: archive.files() }, () => [`Wrote ${archive.files().length} files to ${folder}; README.md says what each of them is.`])
    },
  )

const describe = ({ person, state, dueAt, endedAt, waitsFor, erased, erasureId }: ErasureView): string[] => [
  `person    ${person}`,
  ...(state === 'waiting' ? [`state     to be erased on ${dateWord(Date.parse(dueAt), ownTimeZone())}; until then: windfall person keep`] : []),
  ...(state === 'cancelled' ? ['state     nothing will be erased'] : []),
  ...(state === 'done'
    ? [`state     erased on ${dateWord(Date.parse(endedAt ?? dueAt), ownTimeZone())}, ${Object.values(erased ?? {}).reduce((sum, rows) => sum + rows, 0)} rows`]
    : []),
  ...waitsFor.map((what) => `waits for ${what}`),
  `erasure   ${erasureId}`,
]

const WHAT_GOES = `This erases the name, keys, jobs, logs, outputs, templates, webhooks, addresses and everything else personal, in a week, for good.
Receipts and the books stay, with numbers instead of names. Do it?`

const erase = () =>
  action<WhoOptions & { yes?: boolean }>(
    whoOptions(createCommand('erase', 'have everything personal erased, in a week and for good; until then “person keep” takes it back', 'coordinator')).option(
      '--yes',
      'do not ask',
    ),
    async ({ yes, of, machine, ...options }, output) => {
      if (yes !== true && !(await agreed(WHAT_GOES))) return EXIT.failed
      const view = machine
        ? await (await nodeLink(options)).call('eraseOwnData', {})
        : await coordinatorClient(whereOf(options)).call('erasePerson', { person: of ?? 'me' })
      output.answer(view, () => inClockTime(describe(view), ownTimeZone()))
      return EXIT.ok
    },
  )

const keep = () =>
  action<WhoOptions>(
    whoOptions(createCommand('keep', 'take an erasure back whose time has not come', 'coordinator')),
    async ({ of, machine, ...options }, output) => {
      const view = machine
        ? await (await nodeLink(options)).call('cancelOwnErasure', {})
        : await coordinatorClient(whereOf(options)).call('cancelErasure', { person: of ?? 'me' })
      output.answer(view, () => inClockTime(describe(view), ownTimeZone()))
    },
  )

const erasures = () =>
  action<CommonOptions & { state?: ErasureView['state']; limit: number; after?: string }>(
    createCommand('erasures', 'what was or is to be erased: of yourself, or, for owners of the coordinator, of everybody', 'coordinator')
      .addOption(new Option('--state <state>', 'only those').choices(['waiting', 'cancelled', 'done']))
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async ({ state, limit, after, ...options }, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listErasures', { state: state ?? null, limit, after: after ?? null })
      const rows = page.items.map((one) => [
        one.person,
        one.state,
        dateWord(Date.parse(one.endedAt ?? one.dueAt), ownTimeZone()),
        one.waitsFor.join('; ') || '–',
      ])
      output.answer(page, () =>
        rows.length === 0
          ? ['There is no erasure.']
          : inClockTime([...table([['person', 'state', 'at', 'waits for'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])], ownTimeZone()),
      )
    },
  )

/** `windfall person …` */
export const personCommand = (): Command =>
  new Command('person')
    .description('what is kept about you: take it along, or have it erased')
    .addCommand(exportData())
    .addCommand(erase())
    .addCommand(keep())
    .addCommand(erasures())
