import { expect, test } from 'vitest'
import { DEFAULT_RULES, OwnerRules } from '../../shared/contract/owner-rules.ts'
import { type NumberRule, RULE_GROUPS, findRules, isChanged, keysOf, numberSetting, parseRuleNumber, resetRule, shownNumber, textOf } from './rules.ts'

const rules = RULE_GROUPS.flatMap((group) => group.rules)
const numbers = rules.filter((rule): rule is NumberRule => rule.is === 'number')
const ruleOf = (text: string) => rules.find((rule) => textOf(rule).includes(text)) ?? expect.unreachable(text)

test('every rule of the agent has its sentence, and none has two', () => {
  expect(rules.flatMap(keysOf).toSorted()).toEqual(Object.keys(OwnerRules.shape).toSorted())
})

test.each(numbers.map((rule) => [textOf(rule), rule] as const))('the ends of “%s” are taken by the agent, and what is beyond them is not typed', (_, rule) => {
  for (const end of [rule.from, rule.to]) {
    expect(parseRuleNumber(rule, String(end))).toBe(end)
    expect(OwnerRules.safeParse({ ...DEFAULT_RULES, [rule.key]: numberSetting(rule, end) }).success).toBe(true)
  }
  for (const wrong of [rule.from - 1, rule.to + 1, 'much', '', '1e3', '-0'])
    expect(parseRuleNumber(rule, String(wrong))).toMatchObject({ problem: expect.stringContaining(`from ${rule.from} to ${rule.to}`) })
})

test('a number is shown in the units of its sentence, and comes back the same', () => {
  for (const rule of numbers) expect(numberSetting(rule, shownNumber(DEFAULT_RULES, rule))).toBe(DEFAULT_RULES[rule.key])
  const grace = ruleOf('may save its work')
  expect(grace.is === 'number' && parseRuleNumber(grace, '0,5')).toBe(0.5)
})

test('a rule that says something else is marked, and goes back alone', () => {
  const battery = ruleOf('mains power')
  const changed = { ...DEFAULT_RULES, allowBattery: true, idleStartS: 600 }
  expect([isChanged(DEFAULT_RULES, battery), isChanged(changed, battery)]).toEqual([false, true])
  expect(resetRule(changed, battery)).toEqual({ ...DEFAULT_RULES, idleStartS: 600 })
})

const found = (search: string) => findRules(search).flatMap((group) => group.rules.map(textOf))

test('rules are found by words of their sentence or of the group they are in', () => {
  expect(found('Mains')).toEqual(['Only on mains power'])
  expect(found('processor  other')).toHaveLength(1)
  expect(found('giving steam')).toEqual([])
  expect(found('giving computer')).toHaveLength(4)
  expect(found('  ')).toHaveLength(rules.length)
})
