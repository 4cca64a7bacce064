/**
 * <recorder-lanes>: a call on two lanes, the caller's above the called party's: names, waveform,
 * facts, a ruler, and the position, which follows a click, a drag and the keys of a slider.
 *
 * `media` is the audio element it controls; it stays its owner's. Fires "position" (detail:
 * seconds) whenever the position changes. Controls go through toggle() and seek(), not through
 * the element, since a seek before anything is loaded must be kept until there is.
 */
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Party } from './api.js';
import { fact_styles } from './fact_styles.js';
import type { Stretch } from './facts.js';
import { format_clock, format_duration } from './format.js';
import { LanguageController, text } from './language.js';
import { party_name, party_number } from './parties.js';
import { loudest, type LanePeaks } from './peaks.js';
import { shared_styles } from './styles.js';
import { WaveSurfer } from './wavesurfer.js';

const LANE_HEIGHT_PX = 84;
const STEP_S = 5;
const PAGE_S = 30;
const TICK_PX_MIN = 76;
const TICK_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

@customElement('recorder-lanes')
export class Lanes extends LitElement {
    @property({ attribute: false }) media!: HTMLMediaElement;
    @property({ attribute: false }) duration_ms = 0;
    @property({ attribute: false }) peaks: LanePeaks = [
        [0, 0],
        [0, 0],
    ];
    @property({ attribute: false }) stretches: Stretch[] = [];
    @property({ attribute: false }) caller: Party | null = null;
    @property({ attribute: false }) called: Party | null = null;
    @property() note = '';

    @state() private position_s = 0;
    @state() private width_px = 0;

    @query('.wave') private wave!: HTMLElement;

    private surfer: WaveSurfer | null = null;
    private readonly scheme = matchMedia('(prefers-color-scheme: dark)');
    private readonly repaint = () => this.surfer?.setOptions(this.paint());
    private readonly observer = new ResizeObserver(() => {
        this.width_px = this.wave.clientWidth;
    });

    constructor() {
        super();
        new LanguageController(this);
    }

    override connectedCallback(): void {
        super.connectedCallback();
        this.scheme.addEventListener('change', this.repaint);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.scheme.removeEventListener('change', this.repaint);
        this.observer.disconnect();
        this.surfer?.destroy();
        this.surfer = null;
    }

    /** Play, or pause where it plays. Rejects where the audio cannot be played. */
    async toggle(): Promise<void> {
        await this.surfer?.playPause();
    }

    /** Go to a position, in seconds; before the start and past the end are the ends. */
    seek(position_s: number): void {
        this.surfer?.setTime(Math.min(this.duration_ms / 1000, Math.max(0, position_s)));
    }

    get current_s(): number {
        return this.position_s;
    }

    private colour(name: string): string {
        return getComputedStyle(this).getPropertyValue(name).trim();
    }

    private paint() {
        const lane = (side: string) => ({
            waveColor: this.colour(`--${side}-soft`),
            progressColor: this.colour(`--${side}`),
            height: LANE_HEIGHT_PX,
        });
        return {
            splitChannels: [lane('caller'), lane('called')],
            cursorColor: this.colour('--text'),
        };
    }

    private create_surfer(): void {
        this.surfer = WaveSurfer.create({
            ...this.paint(),
            container: this.wave,
            media: this.media,
            peaks: this.peaks,
            duration: this.duration_ms / 1000,
            height: LANE_HEIGHT_PX,
            maxPeak: loudest(this.peaks),
            normalize: true,
            barHeight: 0.88,
            barWidth: 2,
            barGap: 1,
            barRadius: 1,
            barMinHeight: 1,
            cursorWidth: 2,
            dragToSeek: true,
            hideScrollbar: true,
        });
        this.surfer.on('timeupdate', (seconds) => {
            this.position_s = seconds;
            this.dispatchEvent(new CustomEvent('position', { detail: seconds }));
        });
        this.surfer.on('error', () => undefined); /* the owner of the media element hears it */
    }

    override firstUpdated(): void {
        this.observer.observe(this.wave);
        this.create_surfer();
    }

    override updated(changed: PropertyValues<this>): void {
        if (this.surfer && changed.has('peaks') && changed.get('peaks')) {
            const [peaks, duration] = [this.peaks, this.duration_ms / 1000];
            this.surfer.setOptions({ peaks, duration, maxPeak: loudest(peaks) });
        }
    }

    private key_target(key: string): number | null {
        const total_s = this.duration_ms / 1000;
        switch (key) {
            case 'ArrowLeft':
            case 'ArrowDown':
                return this.position_s - STEP_S;
            case 'ArrowRight':
            case 'ArrowUp':
                return this.position_s + STEP_S;
            case 'PageDown':
                return this.position_s - PAGE_S;
            case 'PageUp':
                return this.position_s + PAGE_S;
            case 'Home':
                return 0;
            case 'End':
                return total_s;
            default:
                return null;
        }
    }

    private key_down(event: KeyboardEvent): void {
        if (event.ctrlKey || event.altKey || event.metaKey) {
            return;
        }
        const target_s = this.key_target(event.key);
        if (target_s !== null) {
            event.preventDefault();
            this.seek(target_s);
        } else if (event.key === ' ') {
            event.preventDefault();
            this.dispatchEvent(new Event('toggle'));
        }
    }

    private ticks(): number[] {
        const total_s = this.duration_ms / 1000;
        const places = Math.max(1, Math.floor(this.width_px / TICK_PX_MIN));
        const step = TICK_STEPS_S.find((seconds) => total_s / seconds <= places) ?? 7200;
        const ticks = [];
        for (let tick = 0; tick < total_s; tick += step) {
            ticks.push(tick);
        }
        return ticks;
    }

    private render_party(side: 'caller' | 'called', party: Party | null) {
        return html`<div class="party ${side}">
            <span class="role">${text(side === 'caller' ? 'lane_caller' : 'lane_called')}</span>
            <span class="name">${party_name(party)}</span>
            <span class="number">${party_number(party)}</span>
        </div>`;
    }

    /* Styles are set as a property: the page's policy refuses style attributes. */
    private render_stretch(stretch: Stretch) {
        const style = `left:${stretch.start * 100}%;width:${stretch.length * 100}%`;
        const { cause, lane, mark } = stretch;
        const classes = `cause cause-${cause} ${lane} ${mark ? 'mark' : ''}`;
        return html`<div class=${classes} .style=${style}></div>`;
    }

    private render_tick(seconds: number) {
        const style = `left:${(seconds / (this.duration_ms / 1000)) * 100}%`;
        return html`<span class="tick" .style=${style}>${format_clock(seconds * 1000)}</span>`;
    }

    override render() {
        const total_s = this.duration_ms / 1000;
        const spoken = (seconds: number) => format_duration(Math.floor(seconds) * 1000, 'long');
        return html`
            ${this.render_party('caller', this.caller)}
            <div
                class="board"
                role="slider"
                tabindex="0"
                aria-label=${text('position')}
                aria-valuemin="0"
                aria-valuemax=${Math.floor(total_s)}
                aria-valuenow=${Math.floor(this.position_s)}
                aria-valuetext=${text('position_value', {
                    now: spoken(this.position_s),
                    total: spoken(total_s),
                })}
                @keydown=${this.key_down}
            >
                <div class="lane left"></div>
                <div class="lane right"></div>
                <div class="facts">${this.stretches.map((one) => this.render_stretch(one))}</div>
                ${this.note ? html`<p class="note">${this.note}</p>` : nothing}
                <div class="wave"></div>
            </div>
            ${this.render_party('called', this.called)}
            <div class="ruler" aria-hidden="true">
                ${this.ticks().map((seconds) => this.render_tick(seconds))}
            </div>
        `;
    }

    static override styles = [
        shared_styles,
        fact_styles,
        css`
            :host {
                display: grid;
                grid-template-areas: 'caller' 'board' 'ruler' 'called';
                grid-template-columns: minmax(0, 1fr);
                gap: 0.4rem 1rem;
                container-type: inline-size;
            }
            .party {
                display: flex;
                flex-wrap: wrap;
                align-items: baseline;
                gap: 0 0.5rem;
                min-width: 0;
                padding-left: 0.7rem;
                border-left: 4px solid var(--caller);
                font-size: 0.9375rem;
                overflow-wrap: anywhere;
            }
            .party.caller {
                grid-area: caller;
            }
            .party.called {
                grid-area: called;
                border-color: var(--called);
            }
            .role {
                color: var(--caller);
                font-size: 0.8125rem;
                font-weight: 600;
            }
            .called .role {
                color: var(--called);
            }
            .name {
                font-weight: 600;
            }
            .number {
                color: var(--muted);
                font-variant-numeric: tabular-nums;
            }
            .board {
                grid-area: board;
                position: relative;
                height: 168px;
                border-radius: 8px;
                cursor: pointer;
                touch-action: pan-y;
            }
            .lane {
                position: absolute;
                inset: 0 0 50% 0;
                border-radius: 8px 8px 0 0;
                background: var(--caller-lane);
            }
            .lane.right {
                inset: 50% 0 0 0;
                border-radius: 0 0 8px 8px;
                border-top: 2px solid var(--surface);
                background: var(--called-lane);
            }
            .facts {
                position: absolute;
                inset: 0;
                overflow: hidden;
                border-radius: 8px;
                pointer-events: none;
            }
            .facts .cause {
                position: absolute;
                min-width: 4px;
                top: 5px;
                height: 74px;
            }
            .facts .right {
                top: 90px;
            }
            .facts .mark {
                top: 70px;
                height: 12px;
            }
            .facts .mark.right {
                top: 154px;
            }
            .note {
                position: absolute;
                inset: 50% 1rem auto;
                z-index: 1;
                width: fit-content;
                margin-inline: auto;
                padding: 0.35rem 0.9rem;
                translate: 0 -50%;
                border-radius: 8px;
                background: var(--surface);
                color: var(--muted);
                font-size: 0.875rem;
                text-align: center;
                pointer-events: none;
            }
            .wave {
                position: relative;
            }
            .ruler {
                grid-area: ruler;
                position: relative;
                height: 1.3rem;
                overflow: hidden;
                color: var(--muted);
                font-size: 0.75rem;
                font-variant-numeric: tabular-nums;
            }
            .tick {
                position: absolute;
                padding-left: 0.25rem;
                border-left: 1px solid var(--line-strong);
                line-height: 1.2;
            }
        `,
    ];
}
