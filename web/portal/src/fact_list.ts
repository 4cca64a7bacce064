/**
 * <recorder-facts>: what is not heard in a recording, as a legend with totals and as a list to go
 * through one by one. `facts` are stretches. Fires "jump" (detail: seconds) to hear a place.
 */
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Fact, Recording } from './api.js';
import { fact_styles } from './fact_styles.js';
import { cause_of, cause_text, total_by_group, type CauseTotal } from './facts.js';
import { format_clock, format_count, format_duration, format_packets } from './format.js';
import { LanguageController, text } from './language.js';
import { leg_name } from './parties.js';
import { shared_styles } from './styles.js';

const ROWS_AT_FIRST = 50;
const ROWS_MORE = 500; /* there may be ten thousand on a leg */

@customElement('recorder-facts')
export class FactList extends LitElement {
    @property({ attribute: false }) recording!: Recording;
    @property({ attribute: false }) facts: Fact[] = [];
    @property({ type: Boolean }) failed = false;

    @state() private rows = ROWS_AT_FIRST;

    constructor() {
        super();
        new LanguageController(this);
    }

    private side_text(fact: Fact): string {
        const leg = fact.leg === null ? undefined : this.recording.legs?.[fact.leg];
        return leg ? leg_name(this.recording, leg) : text('fact_both');
    }

    private length_text(fact: Fact): string {
        const duration_ms = fact.end_ms - fact.start_ms;
        const parts = [];
        if (duration_ms > 0) {
            parts.push(format_duration(duration_ms));
        }
        if (fact.count > 0) {
            parts.push(format_packets(fact.count));
        }
        return parts.join(' · ') || '–';
    }

    private jump(fact: Fact): void {
        this.dispatchEvent(new CustomEvent('jump', { detail: fact.start_ms / 1000 }));
    }

    private render_total(total: CauseTotal) {
        const parts = [];
        if (total.times > 1 || total.duration_ms === 0) {
            parts.push(`${format_count(total.times)} ×`);
        }
        if (total.duration_ms > 0) {
            parts.push(format_duration(total.duration_ms));
        }
        return html`<li>
            <span class="cause swatch cause-${total.cause}"></span>
            <span>${total.name}</span>
            <span class="amount">${parts.join(' · ')}</span>
        </li>`;
    }

    private render_legend() {
        return html`<div class="legend">
            ${total_by_group(this.facts).map(
                ({ group, totals }) =>
                    html`<section class="group-${group}">
                        <h4>${text(`group_${group}`)}</h4>
                        <ul>
                            ${totals.map((total) => this.render_total(total))}
                        </ul>
                    </section>`,
            )}
        </div>`;
    }

    /* Who paused and why is in people's own words; the recorder's are English. */
    private render_detail(fact: Fact) {
        const lang = cause_of(fact) === 'paused' ? nothing : 'en';
        return fact.detail
            ? html`<span class="detail" lang=${lang}>${fact.detail}</span>`
            : nothing;
    }

    private render_row(fact: Fact) {
        const time = format_clock(fact.start_ms);
        return html`<tr>
            <td>
                <button
                    class="jump"
                    aria-label=${text('fact_jump', { time })}
                    @click=${() => this.jump(fact)}
                >
                    ${time}
                </button>
            </td>
            <td>
                <span class="what"
                    ><span class="cause swatch small cause-${cause_of(fact)}"></span
                    >${cause_text(fact)}</span
                >
                ${this.render_detail(fact)}
            </td>
            <td>${this.side_text(fact)}</td>
            <td>${this.length_text(fact)}</td>
        </tr>`;
    }

    private render_list() {
        const shown = this.facts.slice(0, this.rows);
        return html`<details>
            <summary>${text('facts_list')}</summary>
            <div class="scroll" tabindex="0" role="group" aria-label=${text('facts_list')}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">${text('fact_time')}</th>
                            <th scope="col">${text('fact_kind')}</th>
                            <th scope="col">${text('fact_side')}</th>
                            <th scope="col">${text('fact_length')}</th>
                        </tr>
                    </thead>
                    <tbody>
                        ${shown.map((fact) => this.render_row(fact))}
                    </tbody>
                </table>
            </div>
            ${
                shown.length < this.facts.length
                    ? html`<button class="button quiet" @click=${() => (this.rows += ROWS_MORE)}>
                          ${text('facts_more', { count: format_count(this.facts.length) })}
                      </button>`
                    : nothing
            }
        </details>`;
    }

    private render_none() {
        const recovered = this.recording.state === 'recovered';
        const key = this.failed ? 'facts_failed' : recovered ? 'facts_unknown' : 'facts_none';
        return html`<p class="hint">${text(key)}</p>`;
    }

    override render() {
        return html`<h3>${text('facts_title')}</h3>
            ${
                this.facts.length === 0
                    ? this.render_none()
                    : html`${this.render_legend()} ${this.render_list()}`
            }`;
    }

    static override styles = [
        shared_styles,
        fact_styles,
        css`
            :host {
                display: grid;
                grid-template-columns: minmax(0, 1fr);
                gap: 0.6rem;
            }
            h3 {
                font-size: 1rem;
            }
            .legend {
                display: flex;
                flex-wrap: wrap;
                gap: 0.8rem 2.2rem;
                font-size: 0.9375rem;
            }
            .legend h4 {
                margin: 0 0 0.25rem;
                color: var(--muted);
                font-size: 0.8125rem;
                font-weight: 600;
            }
            .legend ul {
                display: grid;
                gap: 0.35rem;
            }
            .legend li {
                display: flex;
                flex-wrap: wrap;
                align-items: center;
                gap: 0 0.5rem;
            }
            .swatch {
                flex: none;
                display: inline-block;
                width: 2rem;
                height: 1.25rem;
            }
            .swatch.small {
                width: 1.4rem;
                height: 0.9rem;
            }
            .amount {
                color: var(--muted);
                font-variant-numeric: tabular-nums;
            }
            .scroll {
                max-height: 22rem;
                margin-top: 0.4rem;
                overflow: auto;
                border: 1px solid var(--line);
                border-radius: 8px;
            }
            table {
                width: 100%;
                border-collapse: collapse;
                font-size: 0.875rem;
                font-variant-numeric: tabular-nums;
            }
            th,
            td {
                padding: 0.3rem 0.7rem;
                text-align: left;
            }
            th {
                position: sticky;
                top: 0;
                background: var(--sunken);
                color: var(--muted);
                font-weight: 600;
            }
            td:last-child {
                white-space: nowrap;
            }
            tbody tr {
                border-top: 1px solid var(--line);
            }
            .detail {
                display: block;
                color: var(--muted);
                overflow-wrap: anywhere;
            }
            .what {
                display: inline-flex;
                align-items: center;
                gap: 0.5rem;
            }
        `,
    ];
}
