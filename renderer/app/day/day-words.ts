import type { DayCode } from '../../../shared/contract/day-report.ts'
import type { ReasonCode } from '../../../shared/contract/policy.ts'
import { reasonTitle } from '../../../shared/domain/reason-words.ts'
import { t } from '../../../shared/i18n/translate.ts'
import type { DayGroup } from '../../lib/day-rows.ts'

const OWN_TITLE: Readonly<Record<Exclude<DayCode, ReasonCode>, string>> = {
  running: t('A job was running'),
  asleep: t('Computer asleep'),
  off: t('Windfall was not running'),
}

export const dayTitle = (code: DayCode): string => (code === 'running' || code === 'asleep' || code === 'off' ? OWN_TITLE[code] : reasonTitle(code))

/** What Windfall did in that time, and where the owner can change it. */
export const DAY_MEANING: Readonly<Record<DayCode, string>> = {
  running: t('From preparing it until its result was collected.'),
  user: t('Nothing starts until you resume, or the pause ends by itself.'),
  consent: t('Nothing runs before you have agreed to what Windfall may do on this computer.'),
  'owner-present': t('Keyboard, pointer or gamepad were used not long before.'),
  'presence-unknown': t('No source told whether somebody was here, and that counts as here. “windfall doctor” shows which sources work.'),
  schedule: t('Your weekly schedule did not allow work.'),
  battery: t('Work waits for mains power.'),
  heat: t('The GPU had to cool down first.'),
  carbon: t('Jobs waited for cleaner power in your zone.'),
  tariff: t('Jobs that were offered would not have earned more than their electricity costs you.'),
  'grid-stale': t('The forecast was too old to tell whether power was clean, and that counts as not clean.'),
  offline: t('The coordinator was out of reach.'),
  'no-jobs': t('This computer was free, and nobody had a job that fits it.'),
  blocked: t('Something had to be put right first.'),
  cooldown: t('A short wait, so that jobs do not start and stop all the time.'),
  'shutting-down': t('Windfall or the computer was being shut down.'),
  'device-off': t('You leave this device alone. You can change that under This machine.'),
  ceiling: t('A device was above the temperature or the watts you allow. You can change that under This machine.'),
  game: t('Work waits until the game has ended, and a while longer.'),
  fullscreen: t('Whoever fills the screen is not to be disturbed.'),
  media: t('A film or a call is not to be disturbed.'),
  'gpu-in-use': t('Another program worked on the GPU.'),
  'cpu-in-use': t('Other programs kept the processor busy.'),
  vram: t('Too little GPU memory was free for the job.'),
  metered: t('Nothing is loaded over a network that is paid by volume.'),
  sleep: t('The computer was about to sleep, or had just woken up.'),
  asleep: t('Windfall does not keep a computer awake.'),
  off: t('Nothing was recorded: it was not started, or not installed yet.'),
}

export const GROUP_TITLE: Readonly<Record<DayGroup, string>> = {
  work: t('Working'),
  owner: t('Kept for you'),
  grid: t('Grid not green'),
  jobs: t('No job to be had'),
  machine: t('Machine at rest'),
  trouble: t('Needs attention'),
  off: t('Off or asleep'),
}
