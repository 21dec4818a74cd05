import type { Exclusion } from '../contract/plan.ts'

/** After a number of machines: what each constraint says of those it excludes. */
export const EXCLUSION_WORDS: Readonly<Record<Exclusion, string>> = {
  offline: 'offline',
  paused: 'paused by their owners',
  busy: 'busy',
  runtime: 'without the runtime',
  gpu: 'without enough GPUs',
  vram: 'with too little VRAM',
  ram: 'with too little memory',
  zone: 'outside the allowed zones',
  'carbon-cap': 'above the carbon cap',
  price: 'above the price',
  deadline: 'too late for the deadline',
  'no-signal': 'without grid data',
  'given-back': 'that have just given it back without beginning it',
  reputation: 'that have not yet shown that they work well enough',
  quota: 'that have done as many jobs today as they may',
  owner: 'whose owners have a result of it already',
  capacity: 'with all their time before the deadline taken by other jobs',
}

/** What would have to change, by the requester or by itself. */
export const EXCLUSION_REMEDY: Readonly<Record<Exclusion, string>> = {
  offline: 'It goes on when one is back.',
  paused: 'It goes on when an owner lets work in.',
  busy: 'It goes on when one is free.',
  runtime: 'It takes a machine with the runtime that the job asks for.',
  gpu: 'Ask for fewer GPUs, or wait for a machine that has as many.',
  vram: 'Ask for less VRAM, or wait for a machine that has as much.',
  ram: 'Ask for less memory, or wait for a machine that has as much.',
  zone: 'Allow more zones, or wait for a machine in one of them.',
  'carbon-cap': 'Raise the carbon cap or give a later deadline, or wait for a cleaner forecast.',
  price: 'Raise the most it may cost to what its expected run time costs.',
  deadline: 'Give a later deadline.',
  'no-signal': 'It goes on when the grid of one of them is known again.',
  'given-back': 'It is tried there again before long.',
  reputation: 'Ask for less reputation, or wait until one has done more jobs well.',
  quota: 'It goes on when the next day begins (UTC).',
  owner: 'It goes on when a machine of another owner is there.',
  capacity: 'Give a later deadline, or wait until another job ends early.',
}
