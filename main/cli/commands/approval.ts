import { Command } from 'commander'
import type { ApprovalView } from '../../../shared/contract/approval.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { table } from '../output.ts'

const stateWords = ({ state, expiresAt, decidedBy, decidedAt }: ApprovalView): string => {
  if (state === 'waiting') return `waits for a second person until ${expiresAt}`
  return decidedBy === null ? `expired at ${expiresAt}` : `${state} by ${decidedBy} at ${decidedAt}`
}

const describe = (approval: ApprovalView): string[] => [
  `approval  ${approval.approvalId}`,
  `what      ${approval.summary}`,
  `asked by  ${approval.askedBy} at ${approval.askedAt}`,
  `state     ${stateWords(approval)}`,
  `takes     ${approval.permission}`,
  ...(approval.reason === null ? [] : [`reason    ${approval.reason}`]),
]

const list = () =>
  action<CommonOptions & { waiting?: boolean; limit: number; after?: string }>(
    createCommand('list', 'what waits for a second person or has waited, newest first', 'coordinator')
      .option('--waiting', 'only what waits now')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const asked = { waiting: options.waiting === true, limit: options.limit, after: options.after ?? null }
      const page = await coordinatorClient(whereOf(options)).call('listApprovals', asked)
      const rows = page.items.map((one) => [one.approvalId, one.state, one.askedBy, one.summary])
      output.answer(page, () =>
        rows.length === 0
          ? ['Nothing waits for a second person.']
          : [...table([['approval', 'state', 'asked by', 'what'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const id = 'approval id, from: windfall approval list'

const show = () =>
  action<CommonOptions>(
    createCommand('show', 'one act that takes a second person', 'coordinator').argument('<approval>', id),
    async (options, output, [approvalId = '']) => {
      const approval = await coordinatorClient(whereOf(options)).call('getApproval', { approvalId })
      output.answer(approval, () => describe(approval))
    },
  )

const approve = () =>
  action<CommonOptions>(
    createCommand('approve', 'let happen, once, what somebody else has asked for', 'coordinator').argument('<approval>', id),
    async (options, output, [approvalId = '']) => {
      const approval = await coordinatorClient(whereOf(options)).call('approve', { approvalId })
      output.answer(approval, () => describe(approval))
    },
  )

const reject = () =>
  action<CommonOptions & { reason: string }>(
    createCommand('reject', 'refuse what somebody else has asked for, or take back what you have', 'coordinator')
      .argument('<approval>', id)
      .requiredOption('--reason <text>', 'why, for whoever asked'),
    async (options, output, [approvalId = '']) => {
      const approval = await coordinatorClient(whereOf(options)).call('rejectApproval', { approvalId, reason: options.reason })
      output.answer(approval, () => describe(approval))
    },
  )

/** `windfall approval …` */
export const approvalCommand = (): Command =>
  new Command('approval')
    .description('acts that take a second person: new owners and finance, and money above the limit')
    .addCommand(list())
    .addCommand(show())
    .addCommand(approve())
    .addCommand(reject())
