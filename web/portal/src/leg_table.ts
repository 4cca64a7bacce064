/**
 * <recorder-legs>: the figures of a recording's legs, folded away: for who must find out why a call
 * sounds as it does.
 */
import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { leg_address, type Leg, type Recording } from './api.js';
import {
    format_count,
    format_decimal,
    format_duration,
    format_jitter,
    format_share,
} from './format.js';
import { LanguageController, text, type TextKey } from './language.js';
import { leg_name } from './parties.js';
import { shared_styles } from './styles.js';

const COUNTS: TextKey[] = [
    'fact_side',
    'codec',
    'packets_received',
    'packets_lost',
    'packets_late',
    'packets_duplicate',
    'packets_ignored',
    'packets_refused',
];
const MEASURES: TextKey[] = ['fact_side', 'quality', 'jitter', 'speech', 'longest_silence'];

const NOT_KNOWN = '–';

type Cell = string | TemplateResult;

@customElement('recorder-legs')
export class LegTable extends LitElement {
    @property({ attribute: false }) recording!: Recording;

    constructor() {
        super();
        new LanguageController(this);
    }

    /* How it was received and how it spoke, as far as that was measured. */
    private measured_texts({ quality, speech_ms, longest_silence_ms }: Leg): string[] {
        const { duration_ms } = this.recording;
        const share = speech_ms !== null && duration_ms > 0 ? speech_ms / duration_ms : 0;
        return [
            quality
                ? text('quality_value', {
                      mos: format_decimal(quality.mos, 2),
                      r: format_decimal(quality.r_factor, 1),
                  })
                : NOT_KNOWN,
            quality ? format_jitter(quality.jitter_us) : NOT_KNOWN,
            speech_ms === null
                ? NOT_KNOWN
                : text('speech_value', {
                      time: format_duration(speech_ms),
                      share: format_share(share),
                  }),
            longest_silence_ms === null ? NOT_KNOWN : format_duration(longest_silence_ms),
        ];
    }

    private render_summary(legs: Leg[]) {
        const { talk_over_ms } = this.recording;
        const estimated = legs.some((leg) => leg.quality !== null);
        const sentences = [];
        if (typeof talk_over_ms === 'number') {
            sentences.push(text('talk_over', { time: format_duration(talk_over_ms) }));
        }
        if (estimated) {
            sentences.push(text('quality_hint'));
        }
        return sentences.length > 0 ? html`<p class="hint">${sentences.join(' ')}</p>` : nothing;
    }

    private figures(leg: Leg, alone: boolean): Cell[] {
        const texts = this.figure_texts(leg);
        return alone ? [...texts, this.render_alone(leg)] : texts;
    }

    private figure_texts(leg: Leg): string[] {
        const figures = [
            leg.packets_received,
            leg.packets_lost,
            leg.packets_late,
            leg.packets_duplicate,
            leg.packets_ignored,
            leg.packets_refused,
        ];
        return [leg.codec, ...figures.map(format_count)];
    }

    /* A leg that was kept alone can be had alone. */
    private render_alone(leg: Leg) {
        if (leg.own_channel === null) {
            return NOT_KNOWN;
        }
        const number = this.recording.legs?.indexOf(leg) ?? 0;
        const name = leg_name(this.recording, leg);
        return html`<a
            href=${leg_address(this.recording.id, number)}
            download
            aria-label=${text('download_leg', { name })}
            >${text('download')}</a
        >`;
    }

    private render_leg(leg: Leg, cells: Cell[]) {
        const role = text(leg.channel === 'left' ? 'lane_caller' : 'lane_called');
        const many = (this.recording.legs?.length ?? 0) > 2;
        return html`<tr>
            <th scope="row">
                ${role}${many ? html` · ${leg_name(this.recording, leg)}` : nothing}
            </th>
            ${cells.map((words) => html`<td>${words}</td>`)}
        </tr>`;
    }

    private render_table(name: string, heads: TextKey[], cells_of: (leg: Leg) => Cell[]) {
        const legs = this.recording.legs ?? [];
        return html`<div class="scroll" tabindex="0" role="group" aria-label=${text('technical')}>
            <table class=${name}>
                <thead>
                    <tr>
                        ${heads.map((head) => html`<th scope="col">${text(head)}</th>`)}
                    </tr>
                </thead>
                <tbody>
                    ${legs.map((leg) => this.render_leg(leg, cells_of(leg)))}
                </tbody>
            </table>
        </div>`;
    }

    override render() {
        const legs = this.recording.legs ?? [];
        const alone = legs.some((leg) => leg.own_channel !== null);
        const counts: TextKey[] = alone ? [...COUNTS, 'kept_alone'] : COUNTS;
        return html`<details>
            <summary>${text('technical')}</summary>
            ${
                legs.length > 0
                    ? html`${this.render_table('measured', MEASURES, (leg) =>
                              this.measured_texts(leg),
                          )}
                          ${this.render_summary(legs)}
                          ${this.render_table('counted', counts, (leg) =>
                              this.figures(leg, alone),
                          )}`
                    : nothing
            }
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
