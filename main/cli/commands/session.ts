import { Command } from 'commander'
import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { sessionRow } from '../member-text.ts'
import { table } from '../output.ts'

const list = () =>
  action<CommonOptions>(createCommand('list', 'where you are signed in, newest first', 'coordinator'), async (options, output) => {
    const answer = await coordinatorClient(whereOf(options)).call('listSessions', {})
    output.answer(answer, () => table([['session', 'in', 'last used', 'until', 'calls itself'], ...answer.sessions.map(sessionRow)]))
  })

const end = () =>
  action<CommonOptions>(
    createCommand('revoke', 'end a session at once: sign out somewhere else', 'coordinator').argument('<session>', 'its id, from: windfall session list'),
    async (options, output, [sessionId = '']) => {
      await coordinatorClient(whereOf(options)).call('revokeSession', { sessionId })
      output.answer({ sessionId, ended: true }, () => [`The session ${sessionId} has ended.`])
    },
  )

/** `windfall session …` */
export const sessionCommand = (): Command => new Command('session').description('where you are signed in').addCommand(list()).addCommand(end())
