/**
 * language: which of the two languages the page speaks, and its texts.
 *
 * The choice of the person wins, else the browser's languages in their order, else English.
 * Components that show texts hold a LanguageController, which redraws them on a change.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { DICTIONARIES, type TextKey } from './dictionary.js';

export type LanguageCode = keyof typeof DICTIONARIES;
export type { TextKey };

const STORED_AS = 'recorder-language';
const LOCALES: Record<LanguageCode, string> = { en: 'en-GB', da: 'da-DK' };

function known(code: string | null | undefined): LanguageCode | null {
    return code === 'en' || code === 'da' ? code : null;
}

/* Storage may be switched off; the choice then lasts as long as the page. */
function stored_choice(): LanguageCode | null {
    try {
        return known(localStorage.getItem(STORED_AS));
    } catch {
        return null;
    }
}

function store_choice(code: LanguageCode): void {
    try {
        localStorage.setItem(STORED_AS, code);
    } catch {
        /* as above */
    }
}

function browser_choice(): LanguageCode {
    for (const tag of navigator.languages) {
        const code = known(tag.slice(0, 2).toLowerCase());
        if (code) {
            return code;
        }
    }
    return 'en';
}

class Language extends EventTarget {
    #code = stored_choice() ?? browser_choice();

    get code(): LanguageCode {
        return this.#code;
    }

    /** The locale for Intl: "da-DK". */
    get locale(): string {
        return LOCALES[this.#code];
    }

    /** Speak another language from now on, and remember it. */
    choose(code: LanguageCode): void {
        this.#code = code;
        store_choice(code);
        this.dispatchEvent(new Event('change'));
    }
}

/** The page's one language. */
export const language = new Language();

/** The text of a key, its {places} filled. */
export function text(key: TextKey, places: Record<string, string | number> = {}): string {
    const pattern = DICTIONARIES[language.code][key];
    return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
}

/** Redraws its host when the language changes. */
export class LanguageController implements ReactiveController {
    readonly #host: ReactiveControllerHost;
    readonly #redraw = () => this.#host.requestUpdate();

    constructor(host: ReactiveControllerHost) {
        this.#host = host;
        host.addController(this);
    }

    hostConnected(): void {
        language.addEventListener('change', this.#redraw);
    }

    hostDisconnected(): void {
        language.removeEventListener('change', this.#redraw);
    }
}
