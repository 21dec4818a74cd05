import { Command } from 'commander'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { agentClient } from '../instance.ts'
import type { Output } from '../output.ts'

const EVIDENCE = { software: 'software', tpm: 'TPM' } as const
const times = (count: number): string => (count === 0 ? 'never replaced' : `replaced ${count === 1 ? 'once' : `${count} times`}`)

/** What an owner wants to know about the key of a node, one line each. */
export function describeKey({ nodeId, key }: Pick<AgentStatus['node'], 'nodeId' | 'key'>): string[] {
  const { next } = key
  return [
    `node      ${nodeId}`,
    `key       ${key.keyId === nodeId ? 'the one the node is named after' : key.keyId}`,
    `kind      ${key.alg}, evidence: ${EVIDENCE[key.evidence]}`,
    `kept in   ${key.keptIn}${key.sealed ? '' : ' – whoever may read this user’s files may copy it'}`,
    `changes   ${times(key.rotations)}`,
    ...(next ? [`waits     ${next.keyId} (${next.alg}, evidence: ${EVIDENCE[next.evidence]})`, `          ${next.message}`] : []),
  ]
}

const answerKey = (output: Output, { node: { nodeId, key } }: AgentStatus): void => output.answer({ nodeId, ...key }, () => describeKey({ nodeId, key }))

const show = () =>
  action<CommonOptions>(createCommand('show', 'the key this node signs with, and where it is kept'), async (options, output) =>
    answerKey(output, await agentClient(dataDirectoryOf(options)).call('getStatus', {})),
  )

const rotate = () =>
  action<CommonOptions & { tpm?: boolean }>(
    createCommand('rotate', 'replace the key; the node keeps its id, its proof chain and its earnings').option(
      '--tpm',
      'make the new key in the TPM of this machine, which it never leaves',
    ),
    async (options, output) => {
      const status = await agentClient(dataDirectoryOf(options)).call('rotateKey', { evidence: options.tpm ? 'tpm' : 'software' })
      if (status.node.key.next) output.progress('The new key waits. The present one goes on signing until the coordinator has been told.')
      answerKey(output, status)
    },
  )

/** `windfall key …` */
export const keyCommand = (): Command => new Command('key').description('the key this node signs with').addCommand(show()).addCommand(rotate())
