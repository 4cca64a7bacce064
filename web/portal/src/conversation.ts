/**
 * <recorder-conversation>: the recordings of one conversation in the order in which they were made,
 * so that a call that was transferred reads as one. A part that is only presumed to belong there
 * says so, and why. `parts`, oldest first; `current`, the id of the
 * one that is shown. Fires "open" (detail: id); the others are links that carry the route.
 */
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { RecordingPart } from './api.js';
import { format_clock, format_count, format_duration, format_moment } from './format.js';
import { LanguageController, text } from './language.js';
import { party_name } from './parties.js';
import { read_route, route_address } from './route.js';
import { shared_styles } from './styles.js';

@customElement('recorder-conversation')
export class ConversationStrip extends LitElement {
    @property({ attribute: false }) parts: RecordingPart[] = [];
    @property({ attribute: false }) current = '';

    @query('ol') private list!: HTMLElement | null;
    @query('[aria-current=true]') private shown!: HTMLElement | null;

    constructor() {
        super();
        new LanguageController(this);
    }

    /* Of a long one the part that is shown is in sight; the page around it stays where it is. */
    override updated(changed: PropertyValues<this>): void {
        if ((changed.has('parts') || changed.has('current')) && this.list && this.shown) {
            const middle = this.shown.offsetTop + this.shown.offsetHeight / 2;
            this.list.scrollTop = middle - this.list.clientHeight / 2;
        }
    }

    private open(event: MouseEvent, id: string): void {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
            return; /* the browser's own: a new tab or window */
        }
        event.preventDefault();
        this.dispatchEvent(new CustomEvent('open', { detail: id }));
    }

    private render_words(part: RecordingPart) {
        const shown = this.parts.find((one) => one.id === this.current) ?? part;
        const started = new Date(part.started_at);
        return html`<span class="time">${format_moment(started, new Date(shown.started_at))}</span>
            <span class="who"
                ><span class="name">${party_name(part.caller)}</span>
                <span aria-hidden="true">→</span
                ><span class="visually-hidden">${text('party_to')}</span>
                <span class="name">${party_name(part.called)}</span></span
            >
            <span class="length"
                ><span class="visually-hidden">${text('duration')} </span
                >${part.ended_at ? format_clock(part.duration_ms) : '–'}</span
            >
            <span class="badge ${part.state}">${text(`state_${part.state}`)}</span>
            ${part.linked_by === 'number'
                ? html`<span class="presumed">${text('part_presumed')}</span>`
                : nothing}`;
    }

    private render_part(part: RecordingPart) {
        if (part.id === this.current) {
            return html`<li>
                <div class="part" aria-current="true">
                    ${this.render_words(part)}
                    <span class="visually-hidden">${text('part_shown')}</span>
                </div>
            </li>`;
        }
        return html`<li>
            <a
                class="part"
                href=${route_address({ ...read_route(), id: part.id })}
                data-id=${part.id}
                @click=${(event: MouseEvent) => this.open(event, part.id)}
                >${this.render_words(part)}</a
            >
        </li>`;
    }

    private lead(): string {
        const count = format_count(this.parts.length);
        if (this.parts.some((part) => part.state === 'recording')) {
            return text('conversation_going_on', { count });
        }
        const total_ms = this.parts.reduce((sum, part) => sum + part.duration_ms, 0);
        return text('conversation_lead', { count, length: format_duration(total_ms) });
    }

    override render() {
        return html`<div class="head">
                <h3 id="title">${text('conversation_title')}</h3>
                <p class="hint">${this.lead()}</p>
            </div>
            <nav aria-labelledby="title">
                <ol>
                    ${this.parts.map((part) => this.render_part(part))}
                </ol>
            </nav>`;
    }

    static override styles = [
        shared_styles,
        css`
            :host {
                display: grid;
                gap: 0.5rem;
                container-type: inline-size;
            }
            .head {
                display: flex;
                flex-wrap: wrap;
                align-items: baseline;
                gap: 0 0.75rem;
            }
            h3 {
                font-size: 1rem;
            }
            ol {
                position: relative;
                max-height: 18rem;
                overflow: auto;
                border: 1px solid var(--line);
                border-radius: 8px;
                background: var(--sunken);
            }
            .part {
                position: relative;
                display: grid;
                grid-template-columns: auto minmax(0, 1fr) auto auto;
                align-items: baseline;
                gap: 0.1rem 0.9rem;
                padding: 0.5rem 0.9rem 0.5rem 2.2rem;
                color: inherit;
                font-size: 0.9375rem;
                text-decoration: none;
            }
            a.part:hover {
                background: var(--accent-soft);
            }
            .part:focus-visible {
                outline-offset: -3px;
                border-radius: 8px;
            }
            [aria-current='true'] {
                background: var(--accent-soft);
            }
            /* One line through all parts, with a dot for each; that of the one shown is full. */
            .part::before {
                content: '';
                position: absolute;
                inset: 0 auto 0 1.1rem;
                width: 2px;
                background: var(--line-strong);
            }
            li:first-child .part::before {
                top: 1.1rem;
            }
            li:last-child .part::before {
                bottom: calc(100% - 1.1rem);
            }
            .part::after {
                content: '';
                position: absolute;
                top: 0.85rem;
                left: calc(1.1rem - 4px);
                width: 6px;
                height: 6px;
                border: 2px solid var(--accent);
                border-radius: 50%;
                background: var(--surface);
            }
            [aria-current='true']::after {
                background: var(--accent);
            }
            .time,
            .length {
                color: var(--muted);
                font-variant-numeric: tabular-nums;
                white-space: nowrap;
            }
            .who {
                overflow-wrap: anywhere;
            }
            .name {
                font-weight: 500;
            }
            [aria-current='true'] .name {
                font-weight: 650;
            }
            [aria-current='true'] .badge,
            a.part:hover .badge {
                background: var(--surface);
            }
            .length {
                justify-self: end;
            }
            .presumed {
                grid-column: 2 / -1;
                color: var(--muted);
                font-size: 0.875rem;
            }
            .badge {
                min-width: 6.2rem;
            }
            .badge.sealed {
                background: none;
                font-weight: 400;
            }
            [aria-current='true'] .badge.sealed {
                background: none;
            }
            @container (max-width: 35rem) {
                .part {
                    grid-template-areas: 'time length badge' 'who who who' 'why why why';
                    grid-template-columns: auto auto 1fr;
                }
                .time {
                    grid-area: time;
                }
                .length {
                    grid-area: length;
                }
                .who {
                    grid-area: who;
                }
                .presumed {
                    grid-area: why;
                }
                .badge {
                    grid-area: badge;
                    justify-self: end;
                    min-width: 0;
                }
            }
        `,
    ];
}
