import type { DayCode } from '../../../shared/contract/day-report.ts'
import { REASON_TITLE } from '../../../shared/domain/reason-words.ts'
import type { DayGroup } from '../../lib/day-rows.ts'

export const DAY_TITLE: Readonly<Record<DayCode, string>> = {
  ...REASON_TITLE,
  running: 'A job was running',
  asleep: 'Computer asleep',
  off: 'Windfall was not running',
}

/** What Windfall did in that time, and where the owner can change it. */
export const DAY_MEANING: Readonly<Record<DayCode, string>> = {
  running: 'From preparing it until its result was collected.',
  user: 'Nothing starts until you resume, or the pause ends by itself.',
  'owner-present': 'Keyboard, pointer or gamepad were used not long before.',
  'presence-unknown': 'No source told whether somebody was here, and that counts as here. “windfall doctor” shows which sources work.',
  schedule: 'Your weekly schedule did not allow work.',
  battery: 'Work waits for mains power.',
  heat: 'The GPU had to cool down first.',
  carbon: 'Jobs waited for cleaner power in your zone.',
  tariff: 'Jobs that were offered would not have earned more than their electricity costs you.',
  'grid-stale': 'The forecast was too old to tell whether power was clean, and that counts as not clean.',
  offline: 'The coordinator was out of reach.',
  'no-jobs': 'This computer was free, and nobody had a job that fits it.',
  blocked: 'Something had to be put right first.',
  cooldown: 'A short wait, so that jobs do not start and stop all the time.',
  'shutting-down': 'Windfall or the computer was being shut down.',
  'device-off': 'You leave this device alone. You can change that under This machine.',
  ceiling: 'A device was above the temperature or the watts you allow. You can change that under This machine.',
  game: 'Work waits until the game has ended, and a while longer.',
  fullscreen: 'Whoever fills the screen is not to be disturbed.',
  media: 'A film or a call is not to be disturbed.',
  'gpu-in-use': 'Another program worked on the GPU.',
  'cpu-in-use': 'Other programs kept the processor busy.',
  vram: 'Too little GPU memory was free for the job.',
  metered: 'Nothing is loaded over a network that is paid by volume.',
  sleep: 'The computer was about to sleep, or had just woken up.',
  asleep: 'Windfall does not keep a computer awake.',
  off: 'Nothing was recorded: it was not started, or not installed yet.',
}

export const GROUP_TITLE: Readonly<Record<DayGroup, string>> = {
  work: 'Working',
  owner: 'Kept for you',
  grid: 'Grid not green',
  jobs: 'No job to be had',
  machine: 'Machine at rest',
  trouble: 'Needs attention',
  off: 'Off or asleep',
}
