import { Argument, Command } from 'commander'
import { WindfallError } from '../../../shared/errors.ts'
import { receiptIdsOn, ruleIds } from '../completion/local-ids.ts'
import { answerLines } from '../completion/answer.ts'
import type { Asked } from '../completion/expected.ts'
import { type Id, idsOf } from '../completion/ids.ts'
import { SHELLS, completionScript, isShell } from '../completion/script.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, namedCoordinator, whereOf } from '../command.ts'
import { defineCommand } from '../definition.ts'
import { agentClient, coordinatorClient, publicClient } from '../instance.ts'

const HELP = `
Put what is printed where your shell looks for it; new shells complete from then on:
  bash  windfall completion bash > ~/.local/share/bash-completion/completions/windfall
        (or, without bash-completion, in ~/.bashrc: source <(windfall completion bash))
  zsh   windfall completion zsh > ~/.zfunc/_windfall
        (with “fpath+=~/.zfunc” before “compinit” in ~/.zshrc)
  fish  windfall completion fish > ~/.config/fish/completions/windfall.fish
Ids of jobs, nodes, zones and so on are asked of what runs here, or of the coordinator that --coordinator or WINDFALL_COORDINATOR names; where nobody
answers within a second, none are offered.`

/** `windfall completion …`; `program` is the whole command line. */
export const completionCommand = (program: () => Promise<Command>): Command =>
  action<CommonOptions>(
    createCommand('completion', 'make your shell complete commands, options and ids: prints the script for it')
      .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
      .addHelpText('after', HELP),
    async (_, output, [shell = '']) => {
      if (!isShell(shell)) throw new WindfallError('input.invalid', `There is no completion for ${shell}. Choose one of: ${Object.keys(SHELLS).join(', ')}.`)
      const script = completionScript(defineCommand(await program()), shell)
      output.answer({ shell, file: SHELLS[shell], script }, () => script.trimEnd().split('\n'))
    },
  )

/** Longer than this nobody waits for a list of ids. */
const LIMIT_MS = 1_000

/** What the words say of where to ask. */
function optionsIn(words: readonly string[]): CommonOptions {
  const given = (name: string) =>
    words.findLast((_, at) => words[at - 1] === name) ?? words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
  const [data, coordinator, key] = ['--data', '--coordinator', '--key'].map(given)
  return { ...(data === undefined ? {} : { data }), ...(coordinator === undefined ? {} : { coordinator }), ...(key === undefined ? {} : { key }) }
}

async function ids(kind: Asked, words: readonly string[]): Promise<readonly Id[]> {
  const options = optionsIn(words)
  const data = dataDirectoryOf(options)
  return idsOf(kind, {
    coordinator: () => (kind === 'zone' ? publicClient(data, namedCoordinator(options), LIMIT_MS) : coordinatorClient(whereOf(options), LIMIT_MS)),
    agent: () => agentClient(data, LIMIT_MS),
    receipts: () => receiptIdsOn(data),
    rules: ruleIds,
  })
}

/** What the scripts ask: whatever happens, it says nothing that is no candidate, and ends well. */
export const completeCommand = (program: (command: string | undefined) => Promise<Command>): Command =>
  new Command('__complete')
    .description('what may come next on a command line; for the scripts of shells')
    .option('--ids', 'only what the scripts do not know')
    .argument('[words...]', 'the words so far, and the one that is being typed')
    .action(async (words: readonly string[], { ids: onlyIds = false }: { ids?: boolean }) => {
      try {
        const lines = await answerLines(words, onlyIds, { program: defineCommand(await program(words.length > 1 ? words[0] : undefined)), ids })
        process.stdout.write(lines.map((line) => `${line}\n`).join(''))
      } catch {
        // Whoever types does not want to read why there is nothing to choose from.
      }
    })
