import { Command } from 'commander'
import { type OwnerRules, changedRules } from '../../../shared/contract/owner-rules.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { agentClient } from '../instance.ts'
import { RULES, describeRules, findRule } from '../rules.ts'

const NAMES = `
Rules and what they take:
${RULES.map(({ name, what, values }) => `  ${name.padEnd(22)} ${what}: ${values}`).join('\n')}
`

const list = () =>
  action<CommonOptions>(createCommand('list', 'every rule: what holds, and where settings.json or an option says something else'), async (options, output) => {
    const view = await agentClient(dataDirectoryOf(options)).call('getRules', {})
    output.answer(view, () => describeRules(view))
  })

const set = () =>
  action<CommonOptions>(
    createCommand('set', 'change a rule, at once and until you change it again; as good as in the window')
      .argument('<rule>', 'its name, such as gate')
      .argument('<value>', 'what it says from now on, such as percentile:30')
      .addHelpText('after', NAMES),
    async (options, output, [name = '', value = '']) => {
      const client = agentClient(dataDirectoryOf(options))
      const rule = findRule(name)
      const wanted = rule.read(value, (await client.call('getRules', {})).rules)
      const view = await client.call('setRules', { rules: wanted })
      output.answer(view, () => [`${rule.name} is ${rule.show(view.rules)} now: ${rule.what}.`])
    },
  )

const reset = () =>
  action<CommonOptions>(
    createCommand('reset', 'go back to what settings.json and the options say, for one rule or for all').argument('[rule]', 'its name; without one, all'),
    async (options, output, [name]) => {
      const client = agentClient(dataDirectoryOf(options))
      const rule = name === undefined ? null : findRule(name)
      const { rules, settings } = await client.call('getRules', {})
      const wanted: OwnerRules | null = rule && rule.back(rules, settings)
      // Nothing of the owner's is left then, so that a later change of the settings file holds.
      const isNone = wanted === null || changedRules({ rules: wanted, settings }).length === 0
      const view = await client.call('setRules', { rules: isNone ? null : wanted })
      output.answer(view, () => [rule ? `${rule.name} is ${rule.show(view.rules)} again.` : 'All rules are as settings.json and the options say.'])
    },
  )

/** `windfall rule …`: the owner's rules of this machine, as the window shows them under Settings. */
export const ruleCommand = (): Command =>
  new Command('rule')
    .description('when this machine may work: see, change and reset your rules, without the window')
    .addCommand(list())
    .addCommand(set())
    .addCommand(reset())
