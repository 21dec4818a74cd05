import { Command, Option } from 'commander'
import { NodeState } from '../../../shared/contract/node.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, pageLimit, whereOf } from '../command.ts'
import { findNode } from '../find-node.ts'
import { pickNode } from '../fleet-text.ts'
import { coordinatorClient } from '../instance.ts'
import { nodeArgument } from '../node-argument.ts'
import { nodeKeys } from '../node-keys.ts'
import { nodeLink } from '../node-link.ts'
import { describeHistory, describeNode, nodeTable, signalTable } from '../node-text.ts'
import { nodeTokenCommand } from './node-token.ts'
import { type WatchOption, showOrWatch, watchOption } from '../watch.ts'

const list = () =>
  action<CommonOptions & WatchOption & { state?: NodeState; limit: number; after?: string }>(
    watchOption(
      createCommand('list', 'every node, newest first; for operators', 'coordinator')
        .addOption(new Option('--state <state>', 'only those in this state').choices(NodeState.options))
        .option('--limit <n>', 'how many', pageLimit, 50)
        .option('--after <cursor>', 'the “next” of the page before'),
    ),
    (options, output) => {
      const asked = { state: options.state ?? null, beginning: null, limit: options.limit, after: options.after ?? null }
      const none = options.state ? `No node is ${options.state}.` : 'No node has enrolled. How one does: windfall agent run --help'
      const look = () => coordinatorClient(whereOf(options)).call('listNodes', asked)
      const lines = ({ items, next }: Awaited<ReturnType<typeof look>>) =>
        items.length === 0 ? [none] : [...nodeTable(items), ...(next ? [`more: --after ${next}`] : [])]
      return showOrWatch({ look, lines }, options, output)
    },
  )

interface ShowOptions extends CommonOptions {
  readonly history?: true
  readonly limit: number
  readonly after?: string
}

/** This machine, asked in its own name, or another one, asked as an operator. */
async function lookAt(options: ShowOptions, beginning: string | undefined) {
  const page = { limit: options.limit, after: options.after ?? null }
  if (beginning === undefined) {
    const link = await nodeLink(options)
    return { show: () => link.call('getOwnNode', {}), history: () => link.call('getOwnHistory', page) }
  }
  const client = coordinatorClient(whereOf(options))
  const nodeId = await findNode(client, beginning)
  return { show: () => client.call('getNode', { nodeId }), history: () => client.call('getNodeHistory', { nodeId, ...page }) }
}

const show = () =>
  action<ShowOptions>(
    nodeArgument(
      createCommand(
        'show',
        'a node as the coordinator sees it: state and reason, reputation, how many jobs a day, what was unlikely about its proofs, eco score; this machine unless an operator names another',
        'coordinator',
      ),
      '[node]',
    )
      .option('--history', 'what it could do, one entry for each change')
      .option('--limit <n>', 'how many entries', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output, [beginning]) => {
      const node = await lookAt(options, beginning)
      if (!options.history) {
        const view = await node.show()
        return output.answer(view, () => describeNode(view))
      }
      const page = await node.history()
      output.answer(page, () => [...describeHistory(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])])
    },
  )

interface SignalsOptions extends CommonOptions {
  readonly all?: true
  readonly limit: number
  readonly after?: string
}

async function signalPage(options: SignalsOptions, beginning: string | undefined) {
  const page = { limit: options.limit, after: options.after ?? null }
  if (beginning === undefined && !options.all) return (await nodeLink(options)).call('getOwnSignals', page)
  const client = coordinatorClient(whereOf(options))
  return client.call('listSoftSignals', { nodeId: beginning === undefined ? null : await findNode(client, beginning), ...page })
}

const signals = () =>
  action<SignalsOptions>(
    nodeArgument(
      createCommand(
        'signals',
        'what was unlikely about energy proofs and why, newest first: nothing is refused or unpaid for it, it is looked at more often; of this machine unless an operator names another',
        'coordinator',
      ),
      '[node]',
    )
      .option('--all', 'of every node; for operators')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output, [beginning]) => {
      const page = await signalPage(options, beginning)
      output.answer(page, () =>
        page.items.length === 0
          ? ['Nothing about the energy proofs was unlikely in the last 90 days.']
          : [...signalTable(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

/** A command by which an operator changes a node, with its reason. */
const change = (name: string, description: string, call: 'quarantineNode' | 'releaseNode') =>
  action<CommonOptions & { reason: string; trusted?: true }>(
    nodeArgument(createCommand(name, description, 'coordinator'), '<node>').requiredOption(
      '--reason <text>',
      'why: its owner is shown it, and it is in the decision log',
    ),
    async (options, output, [beginning = '']) => {
      const client = coordinatorClient(whereOf(options))
      const order = { nodeId: await findNode(client, beginning), reason: options.reason }
      const node = await (call === 'releaseNode' ? client.call(call, { ...order, trusted: options.trusted === true }) : client.call(call, order))
      output.answer(node, () => describeNode(node))
    },
  )

const release = () =>
  change('release', 'let a quarantined node back, on probation: it gets small jobs until it has done three well', 'releaseNode').option(
    '--trusted',
    'without probation',
  )

interface RemoveOptions extends CommonOptions {
  readonly reason: string
  readonly ofFleet?: true
}

/** This machine asks in its own name, for itself or one of its fleet; an operator asks for any. */
async function removeNode(options: RemoveOptions, beginning: string | undefined) {
  if (beginning === undefined || options.ofFleet) {
    const link = await nodeLink(options)
    const nodeId = beginning === undefined ? (await nodeKeys(dataDirectoryOf(options))).nodeId : pickNode(await link.call('getFleet', {}), beginning)
    return link.call('removeOwnNode', { nodeId, reason: options.reason })
  }
  const client = coordinatorClient(whereOf(options))
  return client.call('removeNode', { nodeId: await findNode(client, beginning), reason: options.reason })
}

const remove = () =>
  action<RemoveOptions>(
    nodeArgument(
      createCommand(
        'remove',
        'take a node out for good: its job goes to another, what it has earned is paid; this machine unless an operator names another',
        'coordinator',
      ),
      '[node]',
    )
      .option('--of-fleet', 'a machine of this one’s fleet, asked in the name of this machine')
      .option('--reason <text>', 'why, for the decision log', 'taken out by hand'),
    async (options, output, [beginning]) => {
      const node = await removeNode(options, beginning)
      output.answer(node, () => [
        `${node.nodeId} gets no more jobs. What it has earned is paid. It comes back by a token: windfall node token create`,
        ...(node.payoutAddress === null ? ['It has no address to be paid to yet. On that machine: windfall wallet link, or windfall wallet set ADDRESS'] : []),
      ])
    },
  )

/** `windfall node …` */
export const nodeCommand = (): Command =>
  new Command('node')
    .description('the machines that work for a coordinator')
    .addCommand(list())
    .addCommand(show())
    .addCommand(signals())
    .addCommand(change('quarantine', 'take a node out of service until it is released', 'quarantineNode'))
    .addCommand(release())
    .addCommand(remove())
    .addCommand(nodeTokenCommand())
