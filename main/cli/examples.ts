/** How each command is used, as its help and its manual page show it. A test has every line of them read by the command itself. */
import type { Example, Examples } from './examples/examples.ts'
import { operatorExamples } from './examples/operator.ts'
import { ownerExamples } from './examples/owner.ts'
import { requesterExamples } from './examples/requester.ts'

export const EXAMPLES: Examples = { ...requesterExamples, ...ownerExamples, ...operatorExamples }

/** The examples of a command, by the words that lead to it. */
export const examplesOf = (path: readonly string[]): readonly Example[] => EXAMPLES[path.join(' ')] ?? []

/** The lines of help that show them. */
export function examplesHelp(path: readonly string[]): string[] {
  const examples = examplesOf(path)
  return examples.length === 0 ? [] : ['', 'Examples:', ...examples.flatMap(([does, line]) => [`  ${does}:`, `    ${line}`])]
}
