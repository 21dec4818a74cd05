import { t } from '../../../shared/i18n/translate.ts'

/** The text that `CONSENT_TEXT` names: whoever changes what it allows gives it another name there. */
export const PERMISSIONS: readonly { readonly what: string; readonly detail: string }[] = [
  {
    what: t('Run jobs of others'),
    detail: t('on the devices you lend, in a sandbox without network and without access to your files, and only while your rules allow it.'),
  },
  {
    what: t('See whether you need this computer'),
    detail: t(
      'the time of the last touch, games and full-screen programs, what uses the GPU, battery and temperature. This is looked at here and never leaves this computer.',
    ),
  },
  {
    what: t('Tell the coordinator about this machine'),
    detail: t('its devices, drivers and speed, its grid zone, when it is free, and for each job the measured energy, signed by a key that stays here.'),
  },
  {
    what: t('Keep data on this disk'),
    detail: t('images and inputs of jobs within the set budget, measurements, receipts and settings, all in Windfall’s own folders.'),
  },
  { what: t('Use your connection'), detail: t('to fetch jobs, return results and read the grid forecast. Nothing large is loaded over a metered network.') },
]
