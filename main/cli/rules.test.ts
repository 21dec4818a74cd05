import { expect, test } from 'vitest'
import { DEFAULT_RULES, OwnerRules, type RulesView } from '../../shared/contract/owner-rules.ts'
import { RULES, describeRules, findRule, overruledLines } from './rules.ts'

const view = (change: Partial<OwnerRules> = {}): RulesView => ({
  rules: { ...DEFAULT_RULES, ...change },
  settings: DEFAULT_RULES,
  setBy: 'window',
  dedicated: false,
})

test('every rule has a name, and what is shown of it can be typed, and says the same', () => {
  expect(new Set(RULES.map(({ key }) => key))).toEqual(new Set(OwnerRules.keyof().options))
  for (const { show, read } of RULES) {
    const typed = show(DEFAULT_RULES).replace(/ (?:s|ms|%|°C|GiB)$/, '')
    expect(OwnerRules.parse(read(typed, DEFAULT_RULES))).toEqual(DEFAULT_RULES)
  }
})

test('the least and the most that a number may be are those that the agent takes', () => {
  const numbers = RULES.filter(({ values }) => values.includes('number from'))
  expect(numbers).toHaveLength(11)
  for (const { name, key, values, read } of numbers) {
    const [from = '', to = ''] = values.match(/\d[\d.]*/g) ?? []
    for (const edge of [from, to]) expect(OwnerRules.shape[key].safeParse(read(edge, DEFAULT_RULES)[key]).success, `${name} ${edge}`).toBe(true)
    for (const beyond of [`${Number(to) + 1}`, '-1', '', 'x', '1e1']) expect(() => read(beyond, DEFAULT_RULES), `${name} ${beyond}`).toThrow(values)
  }
})

test.each([
  ['gate', 'percentile:30', { gate: { kind: 'percentile', percentile: 30 } }],
  ['only-if-earning', 'on', { onlyIfEarning: true }],
  ['others-below', '35', { othersBelowShare: 0.35 }],
  ['spare-vram', '2.5', { spareVramBytes: 2_684_354_560 }],
  ['games-also', 'blender, /opt/games/', { games: { also: ['blender', '/opt/games/'], never: [] } }],
])('%s %s is read', (name, text, change) => {
  expect(findRule(name).read(text, DEFAULT_RULES)).toEqual({ ...DEFAULT_RULES, ...change })
})

test.each([
  ['gate', 'green', '“green” is not a rule for gate'],
  ['hours', 'night', '“night” is no value for hours'],
  ['allow-battery', 'yes', 'Give on or off'],
  ['games-never', 'a,,b', 'names of programs'],
])('%s %s is refused, and what it takes is said', (name, text, message) => {
  expect(() => findRule(name).read(text, DEFAULT_RULES)).toThrow(message)
})

test('a rule that nobody knows is answered with those that there are', () => {
  expect(() => findRule('gates')).toThrow(/There is no rule “gates”\. The rules are gate, hours, /)
})

test('what holds instead of what the settings say is shown beside it, and in the status', () => {
  const changed = view({ allowBattery: true, games: { also: ['blender'], never: [] } })
  expect(describeRules(changed).filter((line) => /^(?:allow-battery|games-)/.test(line))).toEqual([
    expect.stringMatching(/^games-also +blender +none /),
    expect.stringMatching(/^games-never +none {2,}programs/),
    expect.stringMatching(/^allow-battery +on +off /),
  ])
  expect(overruledLines(changed)).toEqual([expect.stringMatching(/^rules {9}games-also, allow-battery: as set in the window/)])
  expect(overruledLines(view())).toEqual([])
})
