/**
 * <recorder-filter>: which calls to list, by number and period. `filter` is what is asked now;
 * fires "filter" (detail: Filter) when the person asks for something else.
 */
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { day_key } from './format.js';
import { notice_icon, search_icon } from './icons.js';
import { LanguageController, text, type TextKey } from './language.js';
import { NO_FILTER, has_filter, number_pattern, type Filter } from './route.js';
import { shared_styles } from './styles.js';

type Wrong = '' | 'number' | 'dates';

@customElement('recorder-filter')
export class CallFilter extends LitElement {
    @property({ attribute: false }) filter: Filter = NO_FILTER;

    @state() private wrong: Wrong = '';

    /* Folded on a narrow screen, where it would push the calls out of sight. */
    private opened = matchMedia('(min-width: 900px)').matches;

    @query('#number') private number_input!: HTMLInputElement;
    @query('#from') private from_input!: HTMLInputElement;
    @query('#to') private to_input!: HTMLInputElement;

    constructor() {
        super();
        new LanguageController(this);
    }

    override willUpdate(): void {
        this.opened ||= has_filter(this.filter);
    }

    private find_wrong(asked: Filter): Wrong {
        if (asked.number && number_pattern(asked.number) === null) {
            this.number_input.focus();
            return 'number';
        }
        if (asked.from && asked.to && asked.from > asked.to) {
            this.to_input.focus();
            return 'dates';
        }
        return '';
    }

    private ask(filter: Filter): void {
        this.dispatchEvent(new CustomEvent('filter', { detail: filter }));
    }

    private submit(event: SubmitEvent): void {
        event.preventDefault();
        const asked = {
            number: this.number_input.value.trim(),
            from: this.from_input.value,
            to: this.to_input.value,
        };
        this.wrong = this.find_wrong(asked);
        if (!this.wrong) {
            this.ask(asked);
        }
    }

    private clear(): void {
        this.wrong = '';
        this.number_input.value = '';
        this.from_input.value = '';
        this.to_input.value = '';
        this.number_input.focus();
        this.ask(NO_FILTER);
    }

    private render_date(id: 'from' | 'to', label: TextKey) {
        return html`<div class="field">
            <label for=${id}>${text(label)}</label>
            <input
                id=${id}
                type="date"
                max=${day_key(new Date())}
                .value=${this.filter[id]}
                aria-invalid=${this.wrong === 'dates' ? 'true' : 'false'}
                aria-describedby=${this.wrong === 'dates' ? 'wrong' : nothing}
            />
        </div>`;
    }

    override render() {
        const wrong_text: Record<Wrong, string> = {
            '': '',
            number: text('filter_number_wrong'),
            dates: text('filter_dates_wrong'),
        };
        return html`<details ?open=${this.opened}>
            <summary>${search_icon()}${text('filter_label')}</summary>
            <form
                role="search"
                novalidate
                aria-label=${text('filter_label')}
                @submit=${this.submit}
            >
            <div class="field number">
                <label for="number">${text('filter_number')}</label>
                <input
                    id="number"
                    type="text"
                    inputmode="tel"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="40"
                    .value=${this.filter.number}
                    aria-invalid=${this.wrong === 'number' ? 'true' : 'false'}
                    aria-describedby=${this.wrong === 'number' ? 'wrong' : 'hint'}
                />
                <p class="hint" id="hint">${text('filter_number_hint')}</p>
            </div>
            ${this.render_date('from', 'filter_from')} ${this.render_date('to', 'filter_to')}
            ${
                this.wrong
                    ? html`<p class="notice problem" id="wrong" role="alert">
                      ${notice_icon()}<span>${wrong_text[this.wrong]}</span>
                  </p>`
                    : nothing
            }
            <div class="actions">
                <button class="button primary">${text('filter_apply')}</button>
                ${
                    has_filter(this.filter) || this.wrong
                        ? html`<button class="button quiet" type="button" @click=${this.clear}>
                          ${text('filter_clear')}
                      </button>`
                        : nothing
                }
            </div>
        </form></details>`;
    }

    static override styles = [
        shared_styles,
        css`
            details {
                border: 1px solid var(--line);
                border-radius: var(--radius);
                background: var(--surface);
            }
            summary {
                display: flex;
                align-items: center;
                gap: 0.5rem;
                padding: 0.7rem 1rem;
                border-radius: var(--radius);
                font-weight: 600;
                list-style: none;
                cursor: pointer;
            }
            summary::-webkit-details-marker {
                display: none;
            }
            summary::after {
                content: '';
                width: 0.5rem;
                height: 0.5rem;
                margin: -0.25rem 0.2rem 0 auto;
                border: solid var(--muted);
                border-width: 0 2px 2px 0;
                rotate: 45deg;
            }
            details[open] summary::after {
                margin-top: 0.2rem;
                rotate: 225deg;
            }
            summary .icon {
                color: var(--accent);
            }
            form {
                display: grid;
                grid-template-columns: repeat(2, minmax(0, 1fr));
                gap: 0.75rem;
                padding: 0.25rem 1rem 1rem;
            }
            .number,
            .notice,
            .actions {
                grid-column: 1 / -1;
            }
            .actions {
                display: flex;
                flex-wrap: wrap;
                gap: 0.5rem;
            }
            .field input[type='date'] {
                padding-inline: 0.5rem;
                font-size: 0.9375rem;
                font-variant-numeric: tabular-nums;
            }
        `,
    ];
}
