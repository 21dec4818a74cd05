/** Text that others may have had a part in, such as the name of a job, where the system shows it beside what belongs to Windfall. */

/** Control characters, ends of lines, and what turns the direction of the text behind it around. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu
const LONGEST = 250

/** One line, in which nothing is markup: some desktops read that of HTML in notifications, and fetch its images. */
export function plainLine(text: string): string {
  const line = text
    .slice(0, LONGEST * 2)
    .replaceAll(UNSAFE, ' ')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}

/** As a menu shows it: an ampersand underlines the letter behind it unless there are two. */
export const menuLine = (text: string): string => plainLine(text).replaceAll('&', '&&')
