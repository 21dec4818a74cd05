import { Command } from 'commander'
import { type CommonOptions, action, createCommand } from '../command.ts'
import { describeFleet, pickNode } from '../fleet-text.ts'
import { nodeArgument } from '../node-argument.ts'
import { nodeLink } from '../node-link.ts'
import { type WatchOption, showOrWatch, watchOption } from '../watch.ts'

const fleetOption = (command: Command): Command =>
  command.option('--coordinator <url>', 'the coordinator that keeps the fleet (default: the one this machine works for)')

const invite = () =>
  action<CommonOptions>(
    fleetOption(createCommand('invite', 'a short code by which another machine of yours joins; makes the fleet if there is none')),
    async (options, output) => {
      const invited = await (await nodeLink(options)).call('inviteToFleet', {})
      output.answer(invited, () => [
        `On one other machine, before ${invited.expiresAt}:  windfall pair ${invited.code}`,
        'A code lets one machine in; ask for another one for each.',
      ])
    },
  )

const list = () =>
  action<CommonOptions & WatchOption>(
    watchOption(fleetOption(createCommand('list', 'every machine of the fleet, what it does and why, and what it made today'))),
    (options, output) => showOrWatch({ look: async () => (await nodeLink(options)).call('getFleet', {}), lines: describeFleet }, options, output),
  )

const leave = () =>
  action<CommonOptions>(fleetOption(createCommand('leave', 'take this machine out of its fleet')), async (options, output) => {
    const link = await nodeLink(options)
    const { self, fleetId } = await link.call('getFleet', {})
    await link.call('removeFromFleet', { nodeId: self })
    output.answer({ left: fleetId }, () => ['This machine has left the fleet. It goes on working, and is paid as before.'])
  })

const remove = () =>
  action<CommonOptions>(
    nodeArgument(fleetOption(createCommand('remove', 'take a machine out of the fleet')), '<node>'),
    async (options, output, [beginning = '']) => {
      const link = await nodeLink(options)
      const nodeId = pickNode(await link.call('getFleet', {}), beginning)
      await link.call('removeFromFleet', { nodeId })
      output.answer({ removed: nodeId }, () => [`${nodeId} is no longer in the fleet. It goes on working for its owner.`])
    },
  )

/** `windfall fleet …`: many machines of one owner. */
export const fleetCommand = (): Command =>
  new Command('fleet')
    .description('the machines of one owner, seen together; each is paid to its own address')
    .addCommand(invite())
    .addCommand(list())
    .addCommand(leave())
    .addCommand(remove())

/** `windfall pair CODE`: joins a fleet. */
export const pairCommand = (): Command =>
  action<CommonOptions>(
    fleetOption(createCommand('pair', 'join the fleet of another machine of yours, by the code that it shows')).argument(
      '<code>',
      'from: windfall fleet invite',
    ),
    async (options, output, [code = '']) => {
      const link = await nodeLink(options)
      const { fleetId } = await link.call('joinFleet', { code })
      const { nodes } = await link.call('getFleet', {})
      output.answer({ fleetId, nodes: nodes.length }, () => [
        `This machine is in the fleet now, with ${nodes.length - 1} other${nodes.length === 2 ? '' : 's'}.`,
      ])
    },
  )
