import { checkGroups } from '../../doctor/groups.ts'
import { INSTANCE_CHECKS } from './instance.ts'
import { WINDOW_CHECKS } from './window.ts'

/** Every check of the command. */
export const GROUPS = checkGroups({ startsNode: true, program: WINDOW_CHECKS, running: INSTANCE_CHECKS })
