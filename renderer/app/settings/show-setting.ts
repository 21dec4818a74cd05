import { settingId } from './shell-sections.ts'

const CONTROLS = 'input, select, button, summary, a[href]'

/** The setting that an address of the settings names; `null` for none. */
const namedSetting = (address: string): string | null => new URLSearchParams(address.split('?')[1] ?? '').get('rule')

/** Brings the setting that an address names into sight, and the keyboard to it. Nothing happens where it is not on the page. */
export function showSetting(address: string): void {
  const name = namedSetting(address)
  const row = name === null ? null : document.getElementById(settingId(name))
  if (!row) return
  row.scrollIntoView({ block: 'center' })
  // What a setting says is named by its control; a section without one by itself.
  const control = row.querySelector<HTMLElement>(CONTROLS) ?? row
  control.focus()
}
