/** Files that a freedesktop session starts programs from (Desktop Entry Specification 1.5). */

/** The entry that runs a command at login. */
export const autostartEntry = (command: readonly string[]): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Windfall',
    'Icon=windfall',
    `Exec=${command.map(quoted).map(escaped).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')

/** An argument of `Exec`: in quotes, with a backslash before what a shell would take for its own, and `%` twice because one is a field code. */
const quoted = (argument: string): string => `"${argument.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`

/** Any value of type string: a backslash is two, and a line ends where it ends. */
const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')

/** Did the owner switch this entry off by the means of their desktop, which leaves the file where it is? */
export function isSwitchedOff(text: string): boolean {
  const [, entry = ''] = text.split(/^\[Desktop Entry\]\s*$/m)
  const [own = ''] = entry.split(/^\[/m)
  return /^Hidden\s*=\s*true\s*$/im.test(own) || /^X-GNOME-Autostart-enabled\s*=\s*false\s*$/im.test(own)
}
