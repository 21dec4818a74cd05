import { Command } from 'commander'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { describeIncident, incidentTable } from '../incident-text.ts'
import { coordinatorClient } from '../instance.ts'

const list = () =>
  action<CommonOptions & { all?: true; limit: number; after?: string }>(
    createCommand('list', 'incidents that go on, newest first', 'coordinator')
      .option('--all', 'those that have ended, too')
      .option('--limit <n>', 'how many', pageLimit, 20)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const which = options.all ? 'all' : 'open'
      const page = await coordinatorClient(whereOf(options)).call('listIncidents', { which, limit: options.limit, after: options.after ?? null })
      output.answer(page, () =>
        page.items.length === 0
          ? [options.all ? 'There was never an incident.' : 'No incident goes on. To see those that have ended: windfall incident list --all']
          : [...incidentTable(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const incidentArgument = (command: Command): Command => command.argument('<incident>', 'incident id')

const show = () =>
  action<CommonOptions>(
    incidentArgument(createCommand('show', 'one incident: what was seen, every transition, and what was done about it', 'coordinator')),
    async (options, output, [incidentId = '']) => {
      const incident = await coordinatorClient(whereOf(options)).call('getIncident', { incidentId })
      output.answer(incident, () => describeIncident(incident))
    },
  )

const acknowledge = () =>
  action<CommonOptions>(
    incidentArgument(createCommand('acknowledge', 'say that you have seen an incident and look after it', 'coordinator')),
    async (options, output, [incidentId = '']) => {
      const incident = await coordinatorClient(whereOf(options)).call('acknowledgeIncident', { incidentId })
      output.answer(incident, () => describeIncident(incident))
    },
  )

const close = () =>
  action<CommonOptions & { note: string }>(
    incidentArgument(createCommand('close', 'end an incident; what it simulates, if it is simulated, ends with it', 'coordinator')).requiredOption(
      '--note <text>',
      'why, for whoever reads it later',
    ),
    async (options, output, [incidentId = '']) => {
      const incident = await coordinatorClient(whereOf(options)).call('closeIncident', { incidentId, note: options.note })
      output.answer(incident, () => describeIncident(incident))
    },
  )

/** `windfall incident …` */
export const incidentCommand = (): Command =>
  new Command('incident')
    .description('disturbances of the grid and of the fleet, and what was done about them')
    .addCommand(list())
    .addCommand(show())
    .addCommand(acknowledge())
    .addCommand(close())
