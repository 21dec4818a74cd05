/** What real shells offer, asked as their users ask: by the script that they are given. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skipFor } from '../../kernel/requirement.fixture.ts'

export interface ShellHome extends Disposable {
  readonly folder: string
  /** Writes a file there and says where. */
  readonly write: (name: string, text: string, mode?: number) => string
}

/** A folder for scripts, and for a `windfall` that answers as a test says. */
export function shellHome(): ShellHome {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-completion-'))
  return {
    folder,
    write: (name, text, mode = 0o644) => {
      const file = join(folder, name)
      writeFileSync(file, text, { mode })
      return file
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Whether this machine has the program; says so where it has not. */
export function has(program: string): boolean {
  const isThere = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
  if (!isThere) skipFor(program, 'it is not installed')
  return isThere
}

function output(program: string, args: readonly string[], { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): string {
  const { stdout, stderr, status } = spawnSync(program, [...args], { cwd, env, encoding: 'utf8', timeout: 60_000 })
  if (status !== 0 || stderr !== '') throw new Error(`${program} ended with ${status}: ${stderr}`)
  return stdout
}

const environment = (home: ShellHome): NodeJS.ProcessEnv => ({
  PATH: `${home.folder}:${process.env['PATH'] ?? ''}`,
  HOME: home.folder,
  LANG: 'C.UTF-8',
  TERM: 'dumb',
})

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/**
 * What bash offers at the end of each of these lines. Words are cut as readline cuts them, at spaces, `=` and `:`, because a script without
 * a terminal has to do that itself.
 */
export function inBash(home: ShellHome, script: string, lines: readonly string[]): string[][] {
  const ask = lines.map((line) => {
    const words = line.split(/(?<=\s)|\s+|(?<=[=:])|(?=[=:])/).filter((word) => word.trim() !== '')
    const all = /\s$/.test(line) ? [...words, ''] : words
    return `COMP_LINE=${quoted(line)} COMP_POINT=${line.length} COMP_CWORD=${all.length - 1} COMP_WORDS=(${all.map(quoted).join(' ')}); _windfall windfall; printf '%s\\n' "\${COMPREPLY[@]}"; echo ---`
  })
  const file = home.write('ask.bash', [`source ${quoted(script)}`, ...ask].join('\n'))
  return output('bash', ['--norc', '--noprofile', file], { cwd: home.folder, env: environment(home) })
    .split('---\n')
    .slice(0, -1)
    .map((text) => text.split('\n').filter((line) => line !== ''))
}

/** What fish offers, without what it says of it. */
export function inFish(home: ShellHome, script: string, lines: readonly string[]): string[][] {
  const file = home.write('ask.fish', [`source ${quoted(script)}`, ...lines.map((line) => `complete -C ${quoted(line)}; echo ---`)].join('\n'))
  return output('fish', ['--no-config', file], { cwd: home.folder, env: environment(home) })
    .split('---\n')
    .slice(0, -1)
    .map((text) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t')[0] ?? ''),
    )
}

/** In a terminal of its own, zsh completes; what would be shown is written down instead, by the builtin through which all of it goes. */
const ZSH_HARNESS = `
zmodload zsh/zpty
zpty z "$ZSH_PROGRAM" -f -i
zpty -w z "PS1= PS2= RPS1=; unset zle_bracketed_paste; unsetopt auto_list auto_menu beep; LISTMAX=9999; stty -echo"
zpty -w z "autoload -Uz compinit; compinit -u -D; source $SCRIPT"
zpty -w z "zstyle ':completion:*' list-grouped false; zstyle ':completion:*' insert-tab false"
zpty -w z 'compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
  typeset -a __hits
  builtin compadd -A __hits "$@"
  builtin compadd "$@"
  (( \${#__hits} )) && print -rl -- "\${__hits[@]}" >>! "$OUT"
}'
zpty -w z 'done-asking() { zle kill-whole-line; print -r -- --- >>! "$OUT" }; zle -N done-asking; bindkey "^G" done-asking; bindkey "^I" complete-word'
while IFS= read -r line; do
  zpty -w -n z "$line"$'\\t'$'\\x07'
  before=\${seen:-0}
  while true; do
    now=$(grep -c '^---$' "$OUT" 2>/dev/null); now=\${now:-0}
    (( now > before )) && break
    zpty -r -t z ignored 2>/dev/null
    sleep 0.02
  done
  seen=$now
done < "$LINES_FILE"
zpty -d z
`

/** What zsh offers. */
export function inZsh(home: ShellHome, script: string, lines: readonly string[]): string[][] {
  const [harness, asked, out] = [home.write('ask.zsh', ZSH_HARNESS), home.write('lines', `${lines.join('\n')}\n`), home.write('out', '')]
  const env = { ...environment(home), SCRIPT: script, LINES_FILE: asked, OUT: out, ZSH_PROGRAM: 'zsh' }
  output('zsh', ['-f', harness], { cwd: home.folder, env })
  return output('cat', [out], { cwd: home.folder, env })
    .split('---\n')
    .slice(0, -1)
    .map((text) => text.split('\n').filter((line) => line !== ''))
}
