import { expect, test } from 'vitest'
import { afterOf, parsePairs, parseTemplateName, templateUse } from './job-options.ts'

test('parameters are pairs; whatever follows the first = is the value', () => {
  expect(parsePairs(['scene=forest', 'text=a=b', 'empty='], '--set')).toEqual({ scene: 'forest', text: 'a=b', empty: '' })
  expect(() => parsePairs(['Scene=forest'], '--set')).toThrow('--set takes name=value')
  expect(() => parsePairs(['scene'], '--set')).toThrow('not “scene”')
  expect(() => parsePairs(['a=1', 'a=2'], '--set')).toThrow('gives a name twice')
})

test('a template is named with or without its version', () => {
  expect(parseTemplateName('render')).toEqual({ name: 'render', version: null })
  expect(parseTemplateName('render@3')).toEqual({ name: 'render', version: 3 })
  expect(() => parseTemplateName('render@latest')).toThrow('“render@latest” is no template')
})

test('a template is the whole job: what only a job file has is refused', () => {
  expect(() => templateUse({ template: 'render', sample: 'wasm' }, undefined)).toThrow('leave --sample out')
  expect(() => templateUse({ template: 'render' }, 'job.json')).toThrow('leave a job file out')
  expect(templateUse({ template: 'render', set: ['a=1'] }, undefined)).toEqual({ name: 'render', version: null, set: { a: '1' }, deadline: null })
})

test('what a job runs after has to complete, unless it says that an end will do', () => {
  expect(afterOf(['a', 'b:ended'], ['c'])).toEqual([
    { jobId: 'a', when: 'completed' },
    { jobId: 'b', when: 'ended' },
    { arrayId: 'c', when: 'completed' },
  ])
  expect(() => afterOf(['a:whenever'])).toThrow('id:ended')
})
