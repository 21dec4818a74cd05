import { type Objection, type ObjectionInput, objection } from './objection.ts'

/** What the owner runs that must not stutter: games, programs that fill the screen, films. */
export function programs(input: ObjectionInput): Objection[] {
  if (input.config.dedicated) return []
  return [...games(input), ...fullscreen(input), ...media(input)]
}

function games({ mono, signals: { games: seen }, config }: ObjectionInput): Objection[] {
  if (seen === 'unknown') return [objection('presence-unknown', 'Windfall cannot tell whether a game is running.', mono, { effect: 'soften' })]
  if (seen.value.length === 0) return []
  return [objection('game', `${listed(seen.value)} ${seen.value.length === 1 ? 'is' : 'are'} running.`, seen.at, { restS: config.gameCooldownS })]
}

/** Nobody knowing is usual under Wayland; input and games, which must be known, see whoever plays. */
function fullscreen({ signals: { fullscreen: seen }, config }: ObjectionInput): Objection[] {
  if (seen === 'unknown' || !seen.value) return []
  return [objection('fullscreen', 'A program fills the screen.', seen.at, { restS: config.gameCooldownS })]
}

function media({ signals: { inhibitors }, config }: ObjectionInput): Objection[] {
  if (config.alsoWhenMediaPlays || inhibitors === 'unknown' || inhibitors.value.length === 0) return []
  return [objection('media', `${listed(inhibitors.value)} ${inhibitors.value.length === 1 ? 'keeps' : 'keep'} the screen on.`, inhibitors.at)]
}

/** Names come from other programs, so they are cut. */
const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, 3).map((name) => name.slice(0, 60))
  return names.length > shown.length ? `${shown.join(', ')} and others` : shown.join(' and ')
}
