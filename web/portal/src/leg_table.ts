/**
 * <recorder-legs>: the figures of a recording's legs, folded away: for who must find out why a call
 * sounds as it does.
 */
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Leg, Recording } from './api.js';
import { format_count } from './format.js';
import { LanguageController, text, type TextKey } from './language.js';
import { leg_name } from './parties.js';
import { shared_styles } from './styles.js';

const HEADS: TextKey[] = [
    'fact_side',
    'codec',
    'packets_received',
    'packets_lost',
    'packets_late',
    'packets_duplicate',
    'packets_ignored',
    'packets_refused',
];

@customElement('recorder-legs')
export class LegTable extends LitElement {
    @property({ attribute: false }) recording!: Recording;

    constructor() {
        super();
        new LanguageController(this);
    }

    private render_leg(leg: Leg) {
        const figures = [
            leg.packets_received,
            leg.packets_lost,
            leg.packets_late,
            leg.packets_duplicate,
            leg.packets_ignored,
            leg.packets_refused,
        ];
        const role = text(leg.channel === 'left' ? 'lane_caller' : 'lane_called');
        const many = (this.recording.legs?.length ?? 0) > 2;
        return html`<tr>
            <th scope="row">
                ${role}${many ? html` · ${leg_name(this.recording, leg)}` : nothing}
            </th>
            <td>${leg.codec}</td>
            ${figures.map((figure) => html`<td>${format_count(figure)}</td>`)}
        </tr>`;
    }

    private render_table(legs: Leg[]) {
        return html`<div class="scroll" tabindex="0" role="group" aria-label=${text('technical')}>
            <table>
                <thead>
                    <tr>
                        ${HEADS.map((head) => html`<th scope="col">${text(head)}</th>`)}
                    </tr>
                </thead>
                <tbody>
                    ${legs.map((leg) => this.render_leg(leg))}
                </tbody>
            </table>
        </div>`;
    }

    override render() {
        const legs = this.recording.legs ?? [];
        return html`<details>
            <summary>${text('technical')}</summary>
            ${legs.length > 0 ? this.render_table(legs) : nothing}
            <p class="hint">${text('identifier')}: <code>${this.recording.id}</code></p>
        </details>`;
    }

    static override styles = [
        shared_styles,
        css`
            :host {
                display: block;
                min-width: 0;
            }
            .hint {
                margin-top: 0.6rem;
                overflow-wrap: anywhere;
            }
            .scroll {
                overflow-x: auto;
                margin-top: 0.4rem;
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
                padding: 0.4rem 0.7rem;
                text-align: left;
                white-space: nowrap;
            }
            thead {
                background: var(--sunken);
                color: var(--muted);
            }
            tbody tr {
                border-top: 1px solid var(--line);
            }
        `,
    ];
}
