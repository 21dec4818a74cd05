import type { Check, CheckGroup } from './check.ts'
import { COMPUTER_CHECKS } from './computer.ts'
import { DATABASE_CHECKS, DATA_CHECKS } from './data.ts'
import { DESKTOP_DISK_CHECKS } from './desktop-disk.ts'
import { LEFTOVER_CHECKS } from './engine-leftovers.ts'
import { ENGINE_PLACE_CHECKS } from './engine-place.ts'
import { ENGINE_SETUP_CHECKS } from './engine-setup.ts'
import { GPU_CONTAINER_CHECKS } from './gpu-container.ts'
import { HARDWARE_CHECKS } from './hardware.ts'
import { KEY_CHECKS } from './keys.ts'
import { NETWORK_PATH_CHECKS } from './network-path.ts'
import { NETWORK_CHECKS } from './network.ts'
import { POWER_CHECKS } from './power.ts'
import { NATIVE_CHECKS, PROGRAM_CHECKS } from './program.ts'
import { SANDBOX_CHECKS } from './sandbox.ts'

interface Examiner {
  /** Whether the program that examines can start itself as a plain Node: the desktop application cannot. */
  readonly startsNode: boolean
  /** Further checks of Windfall itself. */
  readonly program: readonly Check[]
  /** What the one who examines knows of what runs. */
  readonly running: readonly Check[]
}

/** Every check, in the order in which a person reads about them. */
export const checkGroups = ({ startsNode, program, running }: Examiner): readonly CheckGroup[] => [
  { title: 'Computer', checks: COMPUTER_CHECKS },
  { title: 'Windfall', checks: [...PROGRAM_CHECKS, ...(startsNode ? NATIVE_CHECKS : []), ...program] },
  { title: 'Devices and their energy', checks: HARDWARE_CHECKS },
  { title: 'Container engine', checks: [...ENGINE_PLACE_CHECKS, ...ENGINE_SETUP_CHECKS, ...LEFTOVER_CHECKS, ...DESKTOP_DISK_CHECKS] },
  { title: 'Sandbox', checks: SANDBOX_CHECKS },
  { title: 'GPU in containers', checks: GPU_CONTAINER_CHECKS },
  { title: 'Owner and power', checks: POWER_CHECKS },
  { title: 'Network', checks: [...NETWORK_CHECKS, ...NETWORK_PATH_CHECKS] },
  { title: 'Data', checks: [...DATA_CHECKS, ...(startsNode ? DATABASE_CHECKS : [])] },
  { title: 'Keys', checks: KEY_CHECKS },
  { title: 'What runs now', checks: running },
]
