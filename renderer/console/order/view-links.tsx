import css from './view-links.module.css'

interface ViewLinksProps {
  /** What is chosen between, for the name of the list of links. */
  readonly label: string
  readonly views: readonly { readonly name: string; readonly label: string; readonly href: string }[]
  readonly shown: string
}

/** The parts of a page of which one is shown. Each has its own address. */
export const ViewLinks = ({ label, views, shown }: ViewLinksProps) => (
  <nav aria-label={label}>
    <ul className={css['views']}>
      {views.map(({ name, label: text, href }) => (
        <li key={name}>
          <a href={href} aria-current={name === shown ? 'true' : undefined}>
            {text}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)
