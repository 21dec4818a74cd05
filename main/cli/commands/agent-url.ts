import type { Command } from 'commander'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { agentAddress, agentClient } from '../instance.ts'

/** `windfall agent url`: where the window of the agent is, for a browser of this machine. */
export const urlCommand = (): Command =>
  action<CommonOptions>(
    createCommand('url', 'the address of the agent’s window on this machine; whoever has it may do what you may'),
    async (options, output) => {
      const directory = dataDirectoryOf(options)
      // The file may be left of an agent that is gone, and its port be somebody else's by now.
      await agentClient(directory).call('getStatus', {})
      const { url, token } = agentAddress(directory)
      output.answer({ url: `${url}/#token=${token}` }, () => [`${url}/#token=${token}`])
    },
  )
