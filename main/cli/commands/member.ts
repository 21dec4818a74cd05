import { Argument, Command, Option } from 'commander'
import { ROLES, type Role } from '../../../shared/domain/permissions.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, namedCoordinator, pageLimit, whereOf } from '../command.ts'
import { coordinatorClient, coordinatorUrl } from '../instance.ts'
import { day, memberLines, memberName, roleWord } from '../member-text.ts'
import { table } from '../output.ts'

const HELP = `
Roles: owner (everything), operator (machines and requesters), finance (money), requester (the jobs of one account), auditor (reads everything but what is
private), viewer (sees that things run). The role requester takes --account, the id of a requester (windfall requester list).`

const accountOption = () => new Option('--account <requester>', 'whose jobs and money are theirs, for the role requester')

const invite = () =>
  action<CommonOptions & { subject?: string; name?: string; role: Role; account?: string }>(
    createCommand('invite', 'let somebody sign in', 'coordinator')
      .argument('[email]', 'their e-mail address, as their provider knows and has verified it')
      .option('--subject <id>', 'instead of the address: what the provider calls them (“sub”)')
      .option('--name <name>', 'what they are called (default: as the provider says)')
      .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).makeOptionMandatory())
      .addOption(accountOption())
      .addHelpText('after', HELP),
    async (options, output, [email]) => {
      const { subject = null, name = null, role, account: requesterId = null } = options
      const member = await coordinatorClient(whereOf(options)).call('inviteMember', { email: email ?? null, subject, name, role, requesterId })
      output.answer(member, () => memberLines(member))
      const url = coordinatorUrl(dataDirectoryOf(options), namedCoordinator(options))
      output.progress(
        `They sign in at ${new URL('/auth/sign-in', url).href}, or with: windfall login --coordinator ${url}. Nothing was sent to them: tell them.`,
      )
    },
  )

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'everybody who may sign in, oldest first', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listMembers', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((member) => [member.memberId, roleWord(member), day(member.joinedAt), day(member.lastSeenAt), memberName(member)])
      output.answer(page, () =>
        rows.length === 0
          ? ['Nobody may sign in yet. Invite somebody with: windfall member invite EMAIL --role ROLE']
          : [...table([['member', 'role', 'joined', 'last seen', 'who'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const role = () =>
  action<CommonOptions & { account?: string }>(
    createCommand('set-role', 'change what a member may do, at once', 'coordinator')
      .argument('<member>', 'member id')
      .addArgument(new Argument('<role>', 'what they may do from now on').choices(ROLES))
      .addOption(accountOption())
      .addHelpText('after', HELP),
    async (options, output, [memberId = '', wanted]) => {
      const order = { memberId, role: wanted as Role, requesterId: options.account ?? null }
      const member = await coordinatorClient(whereOf(options)).call('changeMember', order)
      output.answer(member, () => memberLines(member))
    },
  )

const remove = () =>
  action<CommonOptions>(
    createCommand('remove', 'let a member in no more, and end all their sessions at once', 'coordinator').argument('<member>', 'member id'),
    async (options, output, [memberId = '']) => {
      const member = await coordinatorClient(whereOf(options)).call('removeMember', { memberId })
      output.answer(member, () => [
        `${memberName(member)} is let in no more, and is signed out everywhere.`,
        `API keys are of an account, and go on. Those that they made say “createdBy: member:${memberId}”: windfall api-key list --json`,
      ])
    },
  )

/** `windfall member …` */
export const memberCommand = (): Command =>
  new Command('member').description('people who sign in, and what they may do').addCommand(invite()).addCommand(list()).addCommand(role()).addCommand(remove())
