import { type Content, h } from './dom.ts';
import type { Voice } from './state.ts';
import type { Language } from './words.ts';

export interface TopFacts {
  readonly language: Language;
  /** The server does not answer. */
  readonly isOut: boolean;
  /** When the server answered last, in milliseconds. */
  readonly at: number | undefined;
}

const NAMES: Readonly<Record<Language, string>> = { en: 'English', pt: 'Português' };

/** What this is, of when it is, and in which language. */
export function topBar(
  { language, isOut, at }: TopFacts,
  { words, format }: Voice,
  onLanguage: (language: Language) => void,
): Content {
  const skip = h('a', { class: 'skip', id: 'skip', href: '#asset-name' }, words.skip);
  skip.addEventListener('click', (event) => {
    // The address holds the asset that is chosen.
    event.preventDefault();
    document.querySelector<HTMLElement>('#asset-name')?.focus();
  });
  const choices = (Object.keys(NAMES) as Language[]).map((one) => {
    const button = h(
      'button',
      { type: 'button', id: `language-${one}`, lang: one, 'aria-pressed': String(one === language), title: NAMES[one] },
      one.toUpperCase(),
    );
    button.addEventListener('click', () => onLanguage(one));
    return button;
  });
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href;
  return [
    skip,
    h('img', { src: icon, alt: '', width: 40, height: 40 }),
    h('div', { class: 'brand' }, h('h1', {}, 'Pavio'), h('p', {}, words.tagline)),
    h('p', { class: isOut ? 'live out' : 'live' }, at === undefined ? words.loading : words.updated(format.clock(at))),
    h('a', { id: 'docs', href: '../docs' }, words.docs),
    h('div', { class: 'switch', role: 'group', 'aria-label': words.language }, choices),
  ];
}
