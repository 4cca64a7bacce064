/**
 * <recorder-events>: what happened during a call: who came and went, and, folded away, what only a
 * technician asks for. `people` and `technical` are facts of those kinds. Fires "jump" (detail:
 * seconds) to hear a place. Shows nothing where there is nothing.
 */
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Fact, Recording } from './api.js';
import { event_sign } from './event_signs.js';
import { event_text, kind_of, person_of, sign_of } from './facts.js';
import { format_clock, format_count, format_number } from './format.js';
import { LanguageController, text } from './language.js';
import { leg_name } from './parties.js';
import { shared_styles } from './styles.js';

const ROWS_AT_FIRST = 20; /* one of each kind, and some */
const ROWS_MORE = 200; /* there may be a thousand of each kind */

@customElement('recorder-events')
export class EventList extends LitElement {
    @property({ attribute: false }) recording!: Recording;
    @property({ attribute: false }) people: Fact[] = [];
    @property({ attribute: false }) technical: Fact[] = [];

    @state() private people_rows = ROWS_AT_FIRST;
    @state() private technical_rows = ROWS_AT_FIRST;

    constructor() {
        super();
        new LanguageController(this);
    }

    private jump(fact: Fact): void {
        this.dispatchEvent(new CustomEvent('jump', { detail: fact.start_ms / 1000 }));
    }

    /* People are told by their names alone; the recorder's own words are English. */
    private render_more(fact: Fact) {
        if (kind_of(fact) === 'people') {
            const number = /<([^<>]+)>$/.exec(fact.detail)?.[1];
            return number ? html`<span class="more">${format_number(number)}</span>` : nothing;
        }
        const leg = fact.leg === null ? undefined : this.recording.legs?.[fact.leg];
        const times = fact.count > 0 ? ` × ${format_count(fact.count)}` : '';
        return html`<span class="more"
            >${leg ? `${leg_name(this.recording, leg)} · ` : nothing}<span lang="en"
                >${fact.detail.replace(' -> ', ' → ')}</span
            >${times}</span
        >`;
    }

    private render_event(fact: Fact) {
        const time = format_clock(fact.start_ms);
        const who = format_number(person_of(fact));
        return html`<li>
            <button
                class="jump"
                aria-label=${text('fact_jump', { time })}
                @click=${() => this.jump(fact)}
            >
                ${time}
            </button>
            ${event_sign(sign_of(fact))}
            <span class="what">${event_text(fact, who)} ${this.render_more(fact)}</span>
        </li>`;
    }

    private render_list(facts: Fact[], rows: number, show_more: () => void) {
        const shown = facts.slice(0, rows);
        return html`<ul>
                ${shown.map((fact) => this.render_event(fact))}
            </ul>
            ${
                shown.length < facts.length
                    ? html`<button class="button quiet" @click=${show_more}>
                          ${text('facts_more', { count: format_count(facts.length) })}
                      </button>`
                    : nothing
            }`;
    }

    private render_people() {
        if (this.people.length === 0) {
            return nothing;
        }
        const show_more = () => (this.people_rows += ROWS_MORE);
        return html`<section class="people">
            <h3>${text('events_title')}</h3>
            ${this.render_list(this.people, this.people_rows, show_more)}
        </section>`;
    }

    private render_technical() {
        if (this.technical.length === 0) {
            return nothing;
        }
        const count = format_count(this.technical.length);
        const show_more = () => (this.technical_rows += ROWS_MORE);
        return html`<details class="technical">
            <summary>${text('events_technical', { count })}</summary>
            ${this.render_list(this.technical, this.technical_rows, show_more)}
        </details>`;
    }

    override render() {
        return html`${this.render_people()} ${this.render_technical()}`;
    }

    static override styles = [
        shared_styles,
        css`
            :host {
                display: grid;
                grid-template-columns: minmax(0, 1fr);
                gap: 0.6rem;
            }
            section {
                display: grid;
                gap: 0.5rem;
            }
            h3 {
                font-size: 1rem;
            }
            ul {
                display: grid;
                gap: 0.35rem;
                font-size: 0.9375rem;
            }
            details ul {
                margin-top: 0.4rem;
                font-size: 0.875rem;
            }
            li {
                display: flex;
                align-items: baseline;
                gap: 0.5rem;
            }
            .sign {
                flex: none;
                align-self: center;
            }
            .what {
                min-width: 0;
                overflow-wrap: anywhere;
            }
            .more {
                color: var(--muted);
                font-variant-numeric: tabular-nums;
            }
        `,
    ];
}
