import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import type { Client } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'

/** The node whose id begins so. Error: `input.invalid` unless there is one and only one. */
export async function findNode(client: Client<typeof coordinatorContract>, beginning: string): Promise<string> {
  const { items } = await client.call('listNodes', { state: null, beginning: beginning.replace(/…$/, ''), after: null, limit: 2 })
  const [node, another] = items
  if (node && !another) return node.nodeId
  throw new WindfallError(
    'input.invalid',
    `${node ? 'More than one node has' : 'No node has'} an id that begins with “${beginning}”. To see those there are: windfall node list`,
  )
}
