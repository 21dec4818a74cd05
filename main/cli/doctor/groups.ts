import type { CheckGroup } from './check.ts'
import { COMPUTER_CHECKS } from './computer.ts'
import { DATA_CHECKS } from './data.ts'
import { DESKTOP_DISK_CHECKS } from './desktop-disk.ts'
import { LEFTOVER_CHECKS } from './engine-leftovers.ts'
import { ENGINE_PLACE_CHECKS } from './engine-place.ts'
import { ENGINE_SETUP_CHECKS } from './engine-setup.ts'
import { GPU_CONTAINER_CHECKS } from './gpu-container.ts'
import { HARDWARE_CHECKS } from './hardware.ts'
import { INSTANCE_CHECKS } from './instance.ts'
import { KEY_CHECKS } from './keys.ts'
import { NETWORK_PATH_CHECKS } from './network-path.ts'
import { NETWORK_CHECKS } from './network.ts'
import { POWER_CHECKS } from './power.ts'
import { PROGRAM_CHECKS } from './program.ts'
import { SANDBOX_CHECKS } from './sandbox.ts'
import { WINDOW_CHECKS } from './window.ts'

/** Every check, in the order in which a person reads about them. */
export const GROUPS: readonly CheckGroup[] = [
  { title: 'Computer', checks: COMPUTER_CHECKS },
  { title: 'Windfall', checks: [...PROGRAM_CHECKS, ...WINDOW_CHECKS] },
  { title: 'Devices and their energy', checks: HARDWARE_CHECKS },
  { title: 'Container engine', checks: [...ENGINE_PLACE_CHECKS, ...ENGINE_SETUP_CHECKS, ...LEFTOVER_CHECKS, ...DESKTOP_DISK_CHECKS] },
  { title: 'Sandbox', checks: SANDBOX_CHECKS },
  { title: 'GPU in containers', checks: GPU_CONTAINER_CHECKS },
  { title: 'Owner and power', checks: POWER_CHECKS },
  { title: 'Network', checks: [...NETWORK_CHECKS, ...NETWORK_PATH_CHECKS] },
  { title: 'Data', checks: DATA_CHECKS },
  { title: 'Keys', checks: KEY_CHECKS },
  { title: 'What runs now', checks: INSTANCE_CHECKS },
]
