import { messageOf } from '../../shared/errors.ts'
import { type Part, build } from './build.ts'
import type { Output } from './output.ts'

/** What the agent runs from: its window, its children and itself. */
const AGENT_PARTS: readonly Part[] = ['renderer', 'children', 'agent']

/** Builds what is missing or outdated. Where that cannot be done, as in a service, the agent goes on with what is there. */
export async function buildAgent({ progress }: Pick<Output, 'progress'>): Promise<void> {
  for (const part of AGENT_PARTS)
    try {
      await build({ only: [part] }, progress)
    } catch (error) {
      const [reason] = messageOf(error).split('\n')
      progress(`Part “${part}” could not be built (${reason}). The agent goes on with what is there, and may take more memory.`)
    }
}
