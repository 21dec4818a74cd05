import type { CommandDefinition } from '../definition.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

/** Shells that completion is made for, each with the name its script is installed under. */
export const SHELLS = { bash: 'windfall.bash', zsh: '_windfall', fish: 'windfall.fish' } as const
export type Shell = keyof typeof SHELLS

export const isShell = (text: string): text is Shell => Object.hasOwn(SHELLS, text)

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<Shell, (program: CommandDefinition) => string>

/** What a shell reads to complete the words of a command line. */
export const completionScript = (program: CommandDefinition, shell: Shell): string => SCRIPTS[shell](program)
